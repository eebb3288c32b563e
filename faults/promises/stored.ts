import { isDeepStrictEqual } from 'node:util'
import type { SeenEvent } from '../client/reading.ts'
import type { Database } from './database.ts'

/** What a reader has seen is stored: the same event under the same number. Gives what is not. */
export async function seenIsStored(database: Database, seen: readonly SeenEvent[]): Promise<string[]> {
  const broken: string[] = []
  for (const runId of new Set(seen.map((event) => event.runId))) {
    const stored = new Map((await database.log(runId)).map(({ seq, event }) => [seq, event]))
    for (const { id, seq, event } of seen.filter((one) => one.runId === runId)) {
      if (!stored.has(seq)) broken.push(`event ${id} was seen and is not stored`)
      else if (!isDeepStrictEqual(stored.get(seq), event)) broken.push(`event ${id} is stored otherwise than seen`)
    }
  }
  return broken
}

/** The numbers of what a reader has seen follow each other, from the one after `after`. */
export function inSequence(seen: readonly SeenEvent[], after = 0): string[] {
  return seen.flatMap(({ id, seq }, index) =>
    seq === after + index + 1 ? [] : [`event ${id} was seen where number ${after + index + 1} was due`],
  )
}

/** A reader has seen the whole of its run, from the number after `after` to the end. */
export async function seenWhole(
  database: Database,
  runId: string,
  seen: readonly SeenEvent[],
  after = 0,
): Promise<string[]> {
  const due = (await database.log(runId)).filter(({ seq }) => seq > after).length
  return [
    ...(seen.length === due ? [] : [`${seen.length} of ${due} events of run ${runId} were seen`]),
    ...inSequence(seen, after),
    ...(await seenIsStored(database, seen)),
  ]
}
