import type { Cluster } from '../cluster/cluster.ts'
import { through } from '../cluster/through.ts'
import type { TcpProxy } from '../cluster/tcp-proxy.ts'
import { beginAnswer } from '../client/begin-answer.ts'
import type { Reading } from '../client/reading.ts'
import { resumeBody } from '../client/requests.ts'
import type { Fault, Round, Stage } from '../fault.ts'
import { holdCommit } from './hold-commit.ts'
import { anyScript } from '../model/any-script.ts'
import { comesBack } from '../promises/comes-back.ts'
import { endsSomehow } from '../promises/ends-somehow.ts'
import { SLOW_MS } from '../promises/run-ends.ts'
import { seenAsStored } from '../promises/stored.ts'
import { sleep, within } from '../promises/wait-until.ts'

const ANSWERS = 3
/** Long enough for what was on its way when something is held back to be where it goes to. */
const QUIET_MS = 300

export const killDatabase: Fault = {
  about:
    'kill -9 of PostgreSQL, with statements, COMMITs or replies held back before it; then it starts again',
  play: async (stage) => {
    const proxies: TcpProxy[] = []
    const { cluster } = await stage.cluster({
      nodes: async (databaseUrl) => {
        const lines = await Promise.all([through(databaseUrl), through(databaseUrl)])
        proxies.push(...lines.map(({ proxy }) => proxy))
        return lines.map(({ url }) => ({ databaseUrl: url }))
      },
    })
    await using _ = cluster
    await stage.rounds((round) =>
      (round.random.chance(0.25) ? holdCommit : crash)(stage, cluster, proxies, round),
    )
    await stage.finish(cluster, async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()))
    })
  },
}

async function crash(
  { postgres }: Stage,
  cluster: Cluster,
  proxies: readonly TcpProxy[],
  { random, owner }: Round,
): Promise<string[]> {
  const { nodes } = cluster
  const [a, b] = nodes
  const answers = await Promise.all(
    Array.from({ length: ANSWERS }, (_one, index) => {
      const script = anyScript(random, ['dripping', 'steady', 'endless'], { tokens: 2_000 })
      return beginAnswer(cluster, index % 2 === 0 ? a : b, { owner: `${owner}-${index}`, script })
    }),
  )
  const followers = answers.map(({ owner: of, threadId, runId }, index) =>
    cluster.read(index % 2 === 0 ? b : a, { owner: of, body: resumeBody(threadId, `${runId}:0`) }),
  )
  const readings = [...answers.map(({ reading }) => reading), ...followers]
  await within(answers[0]?.reading.atLeast(random.between(1, 60)) ?? Promise.resolve(true), 500)

  const held = random.pick(['nothing', 'statements', 'replies'] as const)
  const broken: string[] = []
  if (held !== 'nothing') {
    for (const proxy of proxies) proxy.hold(held === 'statements' ? 'up' : 'down')
    await sleep(QUIET_MS)
    // Whatever was seen by now must be there before any of what is held back gets through.
    broken.push(...(await allStored(cluster, readings)))
  }
  await postgres.crash()
  for (const proxy of proxies) proxy.cutAll()
  await postgres.restart()
  const judged = answers.map((begun) => endsSomehow(cluster, begun))
  const ends = await Promise.all(readings.map(({ over }) => within(over, SLOW_MS)))
  return [
    ...broken.map((promise) => `with ${held} held back, ${promise}`),
    ...(nodes.every(({ isAlive }) => isAlive) ? [] : ['a server has died with its database']),
    ...(await Promise.all(judged)).flat(),
    ...ends.flatMap((end) => (end === 'late' ? ['a reader hangs after its database has come back'] : [])),
    ...(await allStored(cluster, readings)),
    ...(
      await Promise.all(nodes.map((node) => comesBack(cluster, node, { owner: `${owner}-${node.name}` })))
    ).flat(),
  ]
}

const allStored = async ({ database }: Cluster, readings: readonly Reading[]): Promise<string[]> =>
  (await Promise.all(readings.map(({ events }) => seenAsStored(database, [...events])))).flat()
