import type { Cluster } from '../cluster/cluster.ts'
import type { NodeProcess } from '../cluster/node-process.ts'
import { answersAgain } from './answers-again.ts'
import { SLOW_MS } from './run-ends.ts'
import { sleep } from './wait-until.ts'

/** After an outage a node answers again, without anybody's help: the first refusals are forgiven. */
export async function comesBack(
  cluster: Cluster,
  node: NodeProcess,
  { owner }: { owner: string },
): Promise<string[]> {
  const deadlineMs = performance.now() + SLOW_MS
  for (;;) {
    const broken = await answersAgain(cluster, node, { owner })
    if (broken.length === 0 || performance.now() > deadlineMs) return broken
    await sleep(200)
  }
}
