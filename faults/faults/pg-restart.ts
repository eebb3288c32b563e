import type { Cluster } from '../cluster/cluster.ts'
import { beginAnswer } from '../client/begin-answer.ts'
import type { Fault, Round, Stage } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { comesBack } from '../promises/comes-back.ts'
import { endsSomehow } from '../promises/ends-somehow.ts'
import { SLOW_MS } from '../promises/run-ends.ts'
import { seenWhole } from '../promises/stored.ts'
import { sleep, within } from '../promises/wait-until.ts'

const ANSWERS = 10

export const pgRestart: Fault = {
  about:
    'PostgreSQL restarted under load: servers live, answers go on or end with an error, the next are answered',
  play: async (stage) => {
    const { cluster } = await stage.cluster({})
    await using _ = cluster
    await stage.rounds((round) => restartUnderLoad(stage, cluster, round))
    await stage.finish(cluster)
  },
}

async function restartUnderLoad(
  { postgres }: Stage,
  cluster: Cluster,
  { random, owner }: Round,
): Promise<string[]> {
  const { database, nodes } = cluster
  const answers = await Promise.all(
    Array.from({ length: ANSWERS }, (_one, index) => {
      const script = anyScript(random, ['steady', 'dripping', 'burst'], { tokens: 1_000 })
      return beginAnswer(cluster, nodes[index % 2 === 0 ? 0 : 1], { owner: `${owner}-${index}`, script })
    }),
  )
  await sleep(random.between(0, 300))
  await postgres.restart()
  const judged = answers.map(async (begun) => [
    ...(await endsSomehow(cluster, begun)),
    ...((await within(begun.reading.over, SLOW_MS)) === 'end'
      ? []
      : [`the reader of run ${begun.runId} did not come to its end`]),
    ...(await seenWhole(database, begun.runId, begun.reading.events)),
  ])
  const broken = (await Promise.all(judged)).flat()
  return [
    ...(nodes.every(({ isAlive }) => isAlive) ? [] : ['a server has died with its database']),
    ...broken,
    ...(
      await Promise.all(nodes.map((node) => comesBack(cluster, node, { owner: `${owner}-${node.name}` })))
    ).flat(),
  ]
}
