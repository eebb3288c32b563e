import { isDeepStrictEqual } from 'node:util'
import type { Cluster } from '../cluster/cluster.ts'
import type { NodeProcess } from '../cluster/node-process.ts'
import { resumeBody } from '../client/requests.ts'
import type { SeenEvent } from '../client/reading.ts'
import { reduced } from './answered.ts'
import { SLOW_MS } from './run-ends.ts'
import { waitUntil, within } from './wait-until.ts'

/**
 * Ten minutes after the end a run's log is deleted: the run is made that old, and a node is waited for to delete it.
 * Who resumes in the middle then still ends with the same thread.
 */
export async function dropsLog(
  { database, read }: Pick<Cluster, 'database' | 'read'>,
  node: NodeProcess,
  { owner, threadId, seen }: { owner: string; threadId: string; seen: readonly SeenEvent[] },
): Promise<string[]> {
  const middle = seen[Math.floor(seen.length / 2)]
  if (!middle) return []
  await database.query(`update chatkit.runs set ended_at = ended_at - interval '11 minutes' where id = $1`, [
    middle.runId,
  ])
  const isDropped = async (): Promise<boolean> => (await database.log(middle.runId)).length === 0
  if (!(await waitUntil(isDropped, SLOW_MS))) return [`the log of run ${middle.runId} is kept for ever`]
  const reading = read(node, { owner, body: resumeBody(threadId, middle.id) })
  const end = await within(reading.over, SLOW_MS)
  reading.leave()
  const before = seen.slice(0, seen.indexOf(middle) + 1).map(({ event }) => event)
  const after = reading.events.map(({ event }) => event)
  const all = reduced(seen.map(({ event }) => event))
  if (end === 'end' && isDeepStrictEqual(byId(reduced([...before, ...after])), byId(all))) return []
  return [
    `behind the end of its log, run ${middle.runId} resumed at ${middle.id} gives another thread ("${end}")`,
  ]
}

const byId = <T extends { id: string }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => (a.id < b.id ? -1 : 1))
