import type { Cluster } from '../cluster/cluster.ts'
import { beginAnswer } from '../client/begin-answer.ts'
import { stopBody } from '../client/requests.ts'
import type { Fault, Round } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { answersAgain } from '../promises/answers-again.ts'
import { endedWell } from '../promises/ended-well.ts'
import { runEnds } from '../promises/run-ends.ts'
import { seenAsStored } from '../promises/stored.ts'
import { sleep } from '../promises/wait-until.ts'

const MINUTE_MS = 60_000

export const clock: Fault = {
  about: 'servers whose clocks are two minutes apart: leases, order and keys do not care',
  play: async (stage) => {
    const { cluster } = await stage.cluster({
      nodes: () => [{ clockOffsetMs: MINUTE_MS }, { clockOffsetMs: -MINUTE_MS }],
    })
    await using _ = cluster
    await stage.rounds((round) => acrossClocks(cluster, round))
    await stage.finish(cluster)
  },
}

async function acrossClocks(cluster: Cluster, { random, owner }: Round): Promise<string[]> {
  await cluster.heal()
  const { database, leaseMs } = cluster
  const [node, other] = random.chance(0.5) ? cluster.nodes : [cluster.nodes[1], cluster.nodes[0]]
  // Silent for longer than the other's clock would allow: nobody else may end it.
  const silent = await beginAnswer(cluster, node, { owner, script: anyScript(random, ['stuck']) })
  await sleep(2.5 * leaseMs)
  const isLeft = (await database.run(silent.runId))?.status === 'running'
  await cluster.client(other, owner).send(stopBody(silent.threadId))
  const stopped = await endedWell(cluster, silent, ['stopped'])
  // In turn on both: the order is that in which they were sent, whatever the clocks say.
  const turns = [other, node, other]
  const answers: string[] = []
  for (const at of turns)
    answers.push(...(await answersAgain(cluster, at, { owner, threadId: silent.threadId })))
  const items = await database.items(silent.threadId)
  const runsInOrder = [...new Set(items.map(({ runId }) => runId))]
  const opened = (await database.runsOf(silent.threadId)).map(({ id }) => id)
  // And a server that dies is found to be dead.
  const dying = await beginAnswer(cluster, node, {
    owner: `${owner}-dying`,
    script: anyScript(random, ['dripping']),
  })
  await node.kill()
  const { run, broken } = await runEnds(database, dying.runId, leaseMs)
  return [
    ...(isLeft ? [] : [`run ${silent.runId} of a living server was ended by one whose clock is another`]),
    ...stopped,
    ...answers,
    ...(runsInOrder.join() === opened.join()
      ? []
      : [`the items of thread ${silent.threadId} are out of order`]),
    ...broken,
    ...(run?.status === 'interrupted' ? [] : [`run ${dying.runId} of a dead server is ${run?.status}`]),
    ...(await seenAsStored(database, dying.reading.events)),
  ]
}
