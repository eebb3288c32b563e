import type { Cluster } from '../cluster/cluster.ts'
import { beginAnswer, type Begun } from '../client/begin-answer.ts'
import type { Fault, Round } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { endedWell } from '../promises/ended-well.ts'
import { keepsWords } from '../promises/keeps-words.ts'
import { within } from '../promises/wait-until.ts'

const ANSWERS = 4
/** So long that no sweeper ends a run while anybody looks. */
const LEASE_MS = 600_000

export const shutdown: Fault = {
  about: 'a server told to end in the middle of answers: none is running when it has, and no sweeper helped',
  play: async (stage) => {
    const { cluster } = await stage.cluster({ settings: { leaseMs: LEASE_MS } })
    await using _ = cluster
    await stage.rounds((round) => endOne(cluster, round))
    await stage.finish(cluster)
  },
}

async function endOne(cluster: Cluster, { random, owner }: Round): Promise<string[]> {
  await cluster.heal()
  const { database } = cluster
  const ending = random.pick(cluster.nodes)
  const answers = await Promise.all(
    Array.from({ length: ANSWERS }, (_one, index) => {
      const script = anyScript(random, ['steady', 'stuck', 'dripping', 'endless', 'failing'])
      return beginAnswer(cluster, ending, { owner: `${owner}-${index}`, script })
    }),
  )
  await within(answers[0]?.reading.atLeast(random.between(1, 30)) ?? Promise.resolve(true), 300)
  const seen = answers.map(({ reading }) => reading.events.map(({ event }) => event))
  const stays = await ending.close()
  const running = await Promise.all(answers.map(({ runId }) => database.run(runId)))
  const judge = async (begun: Begun, index: number): Promise<string[]> => [
    // Before anything else has had the time to: what the process has left when it ended.
    ...(running[index]?.status === 'running'
      ? [`run ${begun.runId} is running after its server has ended`]
      : []),
    ...(await keepsWords(database, begun.threadId, seen[index] ?? [])),
    ...(await endedWell({ database, leaseMs: 0 }, begun, ['completed', 'interrupted', 'failed'])),
  ]
  return [...stays, ...(await Promise.all(answers.map(judge))).flat()]
}
