import type { Cluster } from '../cluster/cluster.ts'
import type { NodeProcess } from '../cluster/node-process.ts'
import { sendBody } from '../client/requests.ts'
import type { Script } from '../model/script.ts'
import { SLOW_MS } from './run-ends.ts'
import { seenWhole } from './stored.ts'
import { within } from './wait-until.ts'

const SHORT: Script = { mode: 'burst', tokens: 3, everyMs: 0, ignoresSignal: false, before: [], seed: 1 }

/** The next message of the thread is answered to the end. */
export async function answersAgain(
  cluster: Cluster,
  node: NodeProcess,
  { owner, threadId }: { owner: string; threadId?: string },
): Promise<string[]> {
  const reading = cluster.read(node, { owner, body: sendBody(SHORT, threadId) })
  const end = await within(reading.over, SLOW_MS)
  const { runId, status } = reading
  if (end !== 'end' || runId === undefined) {
    reading.leave()
    const code = reading.refusal ? ` (${reading.refusal.code})` : ''
    return [`the next message, to node ${node.name}, came to "${end}" with status ${status}${code}`]
  }
  const run = await cluster.database.run(runId)
  return [
    ...(run?.status === 'completed' ? [] : [`the next message's run ${runId} is ${run?.status}`]),
    ...(await seenWhole(cluster.database, runId, reading.events)),
  ]
}
