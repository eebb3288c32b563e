import { isDeepStrictEqual } from 'node:util'
import type { SeenEvent } from '../client/reading.ts'
import type { Database } from './database.ts'

/**
 * What a reader of a run has seen after number `after` is what is stored: each event, in its order, none twice and
 * none passed over. Where `whole`, all that there is. Gives what is not so.
 *
 * A number may be missing in the log itself, where a write has failed: then nobody has seen it.
 */
export async function seenAsStored(
  database: Database,
  seen: readonly SeenEvent[],
  { after = 0, whole = false }: { after?: number; whole?: boolean } = {},
): Promise<string[]> {
  const last = seen.at(-1)
  if (!last) return []
  const { runId } = last
  const log = await database.log(runId)
  const stored = new Map(log.map(({ seq, event }) => [seq, event]))
  const broken = seen.flatMap(({ id, seq, event }) => {
    if (!stored.has(seq)) return [`event ${id} was seen and is not stored`]
    return isDeepStrictEqual(stored.get(seq), event) ? [] : [`event ${id} is stored otherwise than seen`]
  })
  const due = log.map(({ seq }) => seq).filter((seq) => seq > after && (whole || seq <= last.seq))
  const got = seen.map(({ seq }) => seq)
  if (due.join() !== got.join()) {
    const missed = due.filter((seq) => !got.includes(seq))
    broken.push(
      `a reader of run ${runId} saw ${got.length} events where ${due.length} were due after ${after}, and missed ${missed.join(', ') || 'none'}`,
    )
  }
  return broken
}

/** A reader has seen the whole of its run, from the number after `after` to the end. */
export async function seenWhole(
  database: Database,
  runId: string,
  seen: readonly SeenEvent[],
  after = 0,
): Promise<string[]> {
  if (seen.some((event) => event.runId !== runId)) return [`a reader of run ${runId} saw events of another`]
  if (seen.length > 0) return seenAsStored(database, seen, { after, whole: true })
  const due = (await database.log(runId)).filter(({ seq }) => seq > after)
  return due.length === 0 ? [] : [`a reader of run ${runId} saw none of ${due.length} events`]
}
