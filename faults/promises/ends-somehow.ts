import type { Begun } from '../client/begin-answer.ts'
import { stopBody } from '../client/requests.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { threadIsWhole } from './answered.ts'
import { runEnds } from './run-ends.ts'

const STOP_EVERY_MS = 500

/** An answer may live through it: then it is stopped, as it would go on for ever. */
export async function endsSomehow(cluster: Cluster, { owner, threadId, runId }: Begun): Promise<string[]> {
  const { database, nodes, leaseMs } = cluster
  const stopping = setInterval(() => {
    cluster
      .client(nodes[0], owner)
      .send(stopBody(threadId))
      .catch(() => {})
  }, STOP_EVERY_MS)
  const { broken } = await runEnds(database, runId, leaseMs)
  clearInterval(stopping)
  return broken.length > 0 ? broken : threadIsWhole(database, threadId)
}
