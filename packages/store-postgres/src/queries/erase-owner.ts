import type { Tables } from '../schema.ts'
import type { Statement } from '../statement.ts'
import {
  attachmentsOfOwner,
  attachmentsOfThreads,
  deleteAttachments,
  deleteStatesOfOwner,
  deleteThreadsIfBefore,
  deleteThreadsOfOwner,
  findThreadsBefore,
  THREAD_BATCH,
  type CountRow,
  type DoomedAttachment,
  type DoomedRow,
} from './erase.ts'
import type { OwnerRef } from './owned.ts'

export type RunStatement = <Row>(statement: Statement<Row>) => Promise<Row[]>

export interface EraseOptions {
  /**
   * Deletes the bytes of an attachment, which are not in the database; it may be called again for one that is gone.
   * Called before the row is deleted, so that a process that dies in between forgets none.
   */
  deleteBytes?: (attachmentId: string, who: OwnerRef) => Promise<void>
}

/** How many were deleted. What belongs to a thread is deleted with it and not counted. */
export interface Erased {
  threads: number
  attachments: number
  states: number
}

/** See `PostgresStore.deleteOwner`. */
export async function eraseOwner(
  run: RunStatement,
  tables: Tables,
  who: OwnerRef,
  { deleteBytes }: EraseOptions,
): Promise<Erased> {
  let attachments = 0
  for (;;) {
    const found = doomedIn(await run(attachmentsOfOwner(tables, who)))
    if (found.length === 0) break
    await deleteAllBytes(found, deleteBytes)
    attachments += countIn(
      await run(
        deleteAttachments(
          tables,
          found.map(({ id }) => id),
        ),
      ),
    )
  }
  const threads = await untilNone(() => run(deleteThreadsOfOwner(tables, who)))
  const states = await untilNone(() => run(deleteStatesOfOwner(tables, who)))
  return { threads, attachments, states }
}

/** See `PostgresStore.deleteThreadsBefore`. */
export async function eraseThreadsBefore(
  run: RunStatement,
  tables: Tables,
  date: Date,
  { deleteBytes }: EraseOptions,
): Promise<number> {
  const before = date.toISOString()
  let threads = 0
  let after = ''
  for (;;) {
    const [found] = await run(findThreadsBefore(tables, before, after))
    if (found?.last == null) return threads
    after = found.last
    const ids: string[] = JSON.parse(found.old ?? '[]')
    for (let at = 0; at < ids.length; at += THREAD_BATCH) {
      const some = ids.slice(at, at + THREAD_BATCH)
      if (deleteBytes) {
        await deleteAllBytes(doomedIn(await run(attachmentsOfThreads(tables, some))), deleteBytes)
      }
      threads += countIn(await run(deleteThreadsIfBefore(tables, before, some)))
    }
  }
}

/** Repeats a statement that deletes a batch until nothing is left. Gives how many rows went. */
async function untilNone(deleteBatch: () => Promise<CountRow[]>): Promise<number> {
  let all = 0
  for (;;) {
    const count = countIn(await deleteBatch())
    if (count === 0) return all
    all += count
  }
}

async function deleteAllBytes(
  attachments: DoomedAttachment[],
  deleteBytes: EraseOptions['deleteBytes'],
): Promise<void> {
  if (!deleteBytes) return
  for (const { id, owner, tenant } of attachments) {
    await deleteBytes(id, { owner, ...(tenant !== null && { tenant }) })
  }
}

const doomedIn = ([row]: DoomedRow[]): DoomedAttachment[] => JSON.parse(row?.attachments ?? '[]')
const countIn = ([row]: CountRow[]): number => Number(row?.rows ?? 0)
