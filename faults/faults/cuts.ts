import type { Cluster } from '../cluster/cluster.ts'
import { TcpProxy, type Cut } from '../cluster/tcp-proxy.ts'
import { Reading, type SeenEvent } from '../client/reading.ts'
import { resumeBody, sendBody } from '../client/requests.ts'
import type { Fault, Round } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { reduced, threadIsWhole } from '../promises/answered.ts'
import { dropsLog } from '../promises/dropped-log.ts'
import { runEnds, SLOW_MS } from '../promises/run-ends.ts'
import { seenWhole } from '../promises/stored.ts'
import { within } from '../promises/wait-until.ts'

/** How long a client takes silence for a broken connection. */
const PATIENCE_MS = 700
/** How often one reader is cut before it is left in peace. */
const MOST_CUTS = 4
const AT_ONCE = 6

export const cuts: Fault = {
  about: 'connections cut at any byte (end, reset, silence); readers go on at any node, after the end too',
  play: async (stage) => {
    const { cluster } = await stage.cluster({})
    await using _ = cluster
    await stage.rounds((round) => cutOften(cluster, round), { atOnce: AT_ONCE })
    await stage.finish(cluster)
  },
}

async function cutOften(cluster: Cluster, { random, owner }: Round): Promise<string[]> {
  const script = anyScript(random, ['steady', 'steady', 'burst', 'failing'])
  const body = sendBody(script)
  const key = `key-${owner}`
  const anyPort = (): number => random.pick(cluster.nodes).port
  // Who is never cut, and who asks with the same key over lines that break.
  const uncut = new Reading({ port: anyPort(), owner, body, key })
  if (
    !(await within(uncut.atLeast(1), SLOW_MS)) ||
    uncut.runId === undefined ||
    uncut.threadId === undefined
  ) {
    return [`a message came to status ${uncut.status} and no event`]
  }
  const { runId, threadId } = uncut
  const logDrops = random.chance(0.1)
  const seen: SeenEvent[] = []
  let hasEnded = false
  for (let cutsLeft = random.between(1, MOST_CUTS); !hasEnded; cutsLeft--) {
    const cut: Cut = { afterBytes: random.between(1, 6_000), how: random.pick(['fin', 'rst', 'silence']) }
    const last = seen.at(-1)
    // A cut may wait for the end of the answer: then the rest is a matter of the store.
    if (random.chance(0.2)) await within(uncut.over, SLOW_MS)
    const proxy = cutsLeft > 0 ? await TcpProxy.listen(anyPort(), cut) : undefined
    const reading = new Reading({
      port: proxy?.port ?? anyPort(),
      owner,
      // Before the first event there is nothing to resume from: the same request is sent again.
      ...(last ? { body: resumeBody(threadId, last.id) } : { body, key }),
      patienceMs: proxy && cut.how === 'silence' ? PATIENCE_MS : undefined,
    })
    const end = await within(reading.over, SLOW_MS)
    reading.leave()
    await proxy?.close()
    seen.push(...reading.events)
    hasEnded = end === 'end' && reading.status === 200
    if (!hasEnded && cutsLeft <= 0) {
      return [`without a cut, the rest after ${last?.id} came to "${end}" with status ${reading.status}`]
    }
  }
  const whole = await within(uncut.over, SLOW_MS)
  const { broken: endless } = await runEnds(cluster.database, runId, cluster.leaseMs)
  return [
    ...endless,
    ...(whole === 'end' ? [] : [`the reader without a cut came to "${whole}"`]),
    ...(await seenWhole(cluster.database, runId, uncut.events)),
    ...(await seenWhole(cluster.database, runId, seen)),
    ...sameThread(uncut.events, seen),
    ...(await threadIsWhole(cluster.database, threadId)),
    ...(logDrops ? await dropsLog(cluster, random.pick(cluster.nodes), { owner, threadId, seen }) : []),
  ]
}

function sameThread(uncut: readonly SeenEvent[], seen: readonly SeenEvent[]): string[] {
  const [whole, pieced] = [uncut, seen].map((events) =>
    JSON.stringify(reduced(events.map(({ event }) => event))),
  )
  return whole === pieced ? [] : ['the thread made of the pieces is not the one that was read in one go']
}
