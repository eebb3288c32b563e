import type { Cluster } from '../cluster/cluster.ts'
import type { NodeProcess } from '../cluster/node-process.ts'
import { resumeBody } from '../client/requests.ts'
import type { SeenEvent } from '../client/reading.ts'
import { SLOW_MS } from './run-ends.ts'
import { seenWhole } from './stored.ts'
import { within } from './wait-until.ts'

/** Who resumes at a node, with the last event seen, gets the rest of the run and nothing else. */
export async function readsToTheEnd(
  cluster: Cluster,
  node: NodeProcess,
  { owner, threadId, seen }: { owner: string; threadId: string; seen: readonly SeenEvent[] },
): Promise<string[]> {
  const last = seen.at(-1)
  if (!last) return []
  const reading = cluster.read(node, { owner, body: resumeBody(threadId, last.id) })
  const end = await within(reading.over, SLOW_MS)
  if (end !== 'end' || reading.status !== 200) {
    reading.leave()
    return [`the rest after ${last.id} from node ${node.name} came to "${end}" with status ${reading.status}`]
  }
  return seenWhole(cluster.database, last.runId, reading.events, last.seq)
}
