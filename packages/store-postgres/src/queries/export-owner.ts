import type { Attachment, Thread, ThreadItem } from '@robolearn/chatkit-server-core'
import { toThread, type ThreadRow } from '../mapping/thread.ts'
import type { Tables } from '../schema.ts'
import type { Statement } from '../statement.ts'
import type { RunStatement } from './erase-owner.ts'
import { exportAttachments, exportItems, exportStates, exportThreads, type ExportPageRow } from './export.ts'
import type { OwnerRef } from './owned.ts'

/** One thing that is kept of an owner, ready for `JSON.stringify`. The items of a thread come right behind it. */
export type ExportRecord =
  | { type: 'thread'; thread: Thread }
  | { type: 'item'; item: ThreadItem; feedback?: 'positive' | 'negative' }
  | { type: 'attachment'; attachment: Attachment }
  | { type: 'state'; state: { key: string; value: unknown; expires_at: string } }

/** See `PostgresStore.exportOwner`. */
export async function* exportOwner(
  run: RunStatement,
  tables: Tables,
  who: OwnerRef,
): AsyncGenerator<ExportRecord, void, undefined> {
  type ThreadEntry = Entry<[string, string]> & { thread: ThreadRow }
  type ItemEntry = Entry<number> & { item: ThreadItem; feedback: 'positive' | 'negative' | null }
  type AttachmentEntry = Entry<string> & { attachment: Attachment }
  type StateEntry = Entry<string> & { state: Extract<ExportRecord, { type: 'state' }>['state'] }

  const threads = pages<ThreadEntry, [string, string] | undefined>(run, undefined, (after) =>
    exportThreads(tables, who, after),
  )
  for await (const entry of threads) {
    const thread = toThread(entry.thread)
    yield { type: 'thread', thread }
    const items = pages<ItemEntry, number>(run, 0, (after) => exportItems(tables, thread.id, who, after))
    for await (const { item, feedback } of items) {
      yield { type: 'item', item, ...(feedback !== null && { feedback }) }
    }
  }
  const attachments = pages<AttachmentEntry, string>(run, '', (after) =>
    exportAttachments(tables, who, after),
  )
  for await (const { attachment } of attachments) yield { type: 'attachment', attachment }
  const states = pages<StateEntry, string>(run, '', (after) => exportStates(tables, who, after))
  for await (const { state } of states) yield { type: 'state', state }
}

interface Entry<Place> {
  place: Place
}

/** The entries of all pages, of which one at a time is in memory. */
async function* pages<E extends Entry<Place>, Place>(
  run: RunStatement,
  start: Place,
  pageAfter: (place: Place) => Statement<ExportPageRow>,
): AsyncGenerator<E, void, undefined> {
  for (let after = start; ;) {
    const [row] = await run(pageAfter(after))
    const entries: E[] = JSON.parse(row?.page ?? '[]')
    yield* entries
    const last = entries.at(-1)
    if (!last) return
    after = last.place
  }
}
