import type { Cluster } from '../cluster/cluster.ts'
import type { NodeProcess } from '../cluster/node-process.ts'
import type { Script } from '../model/script.ts'
import { SLOW_MS } from '../promises/run-ends.ts'
import { within } from '../promises/wait-until.ts'
import type { Reading } from './reading.ts'
import { sendBody } from './requests.ts'

/** An answer under way, and who reads it. */
export interface Begun {
  owner: string
  reading: Reading
  threadId: string
  runId: string
}

/** Sends a message and waits for the first event. Rejects where none comes. */
export async function beginAnswer(
  cluster: Cluster,
  node: NodeProcess,
  { owner, script, threadId: inThread }: { owner: string; script: Script; threadId?: string },
): Promise<Begun> {
  const reading = cluster.read(node, { owner, body: sendBody(script, inThread) })
  await within(reading.atLeast(1), SLOW_MS)
  const { threadId, runId, status, refusal } = reading
  if (threadId === undefined || runId === undefined) {
    reading.leave()
    throw new Error(
      `A message to node ${node.name} came to status ${status} (${refusal?.code ?? 'no event'}).`,
    )
  }
  return { owner, reading, threadId, runId }
}
