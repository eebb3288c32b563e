import type { Cluster } from '../cluster/cluster.ts'
import type { TcpProxy } from '../cluster/tcp-proxy.ts'
import { beginAnswer } from '../client/begin-answer.ts'
import { resumeBody } from '../client/requests.ts'
import type { Round, Stage } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { threadIsWhole } from '../promises/answered.ts'
import { comesBack } from '../promises/comes-back.ts'
import { runEnds, SLOW_MS } from '../promises/run-ends.ts'
import { seenAsStored, seenWhole } from '../promises/stored.ts'
import { sleep, within } from '../promises/wait-until.ts'

/** Shorter than a transaction may idle, long enough for an event that must not be sent to be there. */
const HELD_MS = 200

/**
 * A server dies, and the COMMIT with which the other one ends its answer is held back: until it has got through, or
 * for ever where the database dies meanwhile, no reader is told of the end.
 */
export async function holdCommit(
  { postgres }: Stage,
  cluster: Cluster,
  proxies: readonly TcpProxy[],
  { random, owner }: Round,
): Promise<string[]> {
  const { database, nodes, leaseMs } = cluster
  const at = random.between(0, 1)
  const [dying, other] = at === 0 ? nodes : [nodes[1], nodes[0]]
  const proxy = proxies[1 - at]
  const script = anyScript(random, ['dripping', 'stuck'])
  const { reading, runId, threadId } = await beginAnswer(cluster, dying, { owner, script })
  const follower = cluster.read(other, { owner, body: resumeBody(threadId, `${runId}:0`) })
  await within(reading.atLeast(random.between(1, 30)), 500)
  const isHeld = proxy?.holdFrom((piece) => piece.includes('commit\0')) ?? Promise.resolve()
  await dying.kill()
  const held = await within(isHeld, 2 * leaseMs + SLOW_MS)
  await sleep(HELD_MS)
  const early = [
    ...(held === 'late' ? ['the other server has ended nothing'] : []),
    ...((await database.run(runId))?.status === 'running' ? [] : [`run ${runId} is over before its COMMIT`]),
    ...(await seenAsStored(database, follower.events)),
  ]
  if (random.chance(0.5)) {
    await postgres.crash()
    proxy?.cutAll()
    await postgres.restart()
  } else proxy?.release()
  await cluster.heal()
  const { run, broken } = await runEnds(database, runId, leaseMs)
  const end = await within(follower.over, SLOW_MS)
  return [
    ...early.map((promise) => `with a COMMIT held back, ${promise}`),
    ...broken,
    ...(run?.status === 'interrupted' ? [] : [`run ${runId} of a dead server is ${run?.status}`]),
    ...(end === 'late' ? ['a reader hangs although its run has ended'] : []),
    ...(end === 'end'
      ? await seenWhole(database, runId, follower.events)
      : await seenAsStored(database, follower.events)),
    ...(await seenAsStored(database, reading.events)),
    ...(await threadIsWhole(database, threadId)),
    ...(await comesBack(cluster, other, { owner: `${owner}-next` })),
  ]
}
