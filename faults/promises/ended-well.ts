import type { Cluster } from '../cluster/cluster.ts'
import type { Begun } from '../client/begin-answer.ts'
import { threadIsWhole } from './answered.ts'
import { runEnds, SLOW_MS } from './run-ends.ts'
import { seenWhole } from './stored.ts'
import { within } from './wait-until.ts'

/** The answer ends in one of these ways, its reader sees all of it and its end, and the thread is whole. */
export async function endedWell(
  { database, leaseMs }: Pick<Cluster, 'database' | 'leaseMs'>,
  { reading, runId, threadId }: Begun,
  ways: readonly string[],
  /** How long the answer goes on by itself. */
  forMs = 0,
): Promise<string[]> {
  const { run, broken } = await runEnds(database, runId, leaseMs, forMs)
  const end = await within(reading.over, SLOW_MS)
  if (end === 'late') reading.leave()
  return [
    ...broken,
    ...(ways.includes(run?.status ?? '') ? [] : [`run ${runId} is ${run?.status}, not ${ways.join(' or ')}`]),
    ...(end === 'end' ? [] : [`the reader of run ${runId} came to "${end}" and not to its end`]),
    ...(await seenWhole(database, runId, reading.events)),
    ...(await threadIsWhole(database, threadId)),
  ]
}
