import { isDeepStrictEqual } from 'node:util'
import type { Cluster } from '../cluster/cluster.ts'
import { beginAnswer } from '../client/begin-answer.ts'
import type { Fault, Round } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { nowNs } from '../model/call.ts'
import { threadIsWhole } from '../promises/answered.ts'
import { answersAgain } from '../promises/answers-again.ts'
import { runEnds, SLOW_MS } from '../promises/run-ends.ts'
import { seenWhole } from '../promises/stored.ts'
import { waitUntil, within } from '../promises/wait-until.ts'

export const pause: Fault = {
  about: 'a server frozen past its lease, then woken: it writes nothing, sends nothing, calls no tool',
  play: async (stage) => {
    const { cluster } = await stage.cluster({})
    await using _ = cluster
    await stage.rounds((round) => freeze(cluster, round))
    await stage.finish(cluster)
  },
}

async function freeze(cluster: Cluster, { random, owner }: Round): Promise<string[]> {
  const { database, ledger, leaseMs } = cluster
  const [frozen, other] = random.chance(0.5) ? cluster.nodes : [cluster.nodes[1], cluster.nodes[0]]
  // One tool call after the other, so that the next is always due.
  const tool = { afterTokens: random.between(0, 6), takesMs: random.between(5, 80), times: 1_000 }
  const script = anyScript(random, ['dripping'], { everyMs: random.between(1, 20), tool })
  const begun = await beginAnswer(cluster, frozen, { owner, script })
  const { reading, runId, threadId } = begun
  await within(reading.atLeast(random.between(1, 40)), 500)
  frozen.pause()
  const { run, broken } = await runEnds(database, runId, leaseMs)
  const again = await answersAgain(cluster, other, { owner, threadId })
  const stored = async () => [await database.log(runId), await database.items(threadId)] as const
  const before = await stored()
  const wokenNs = nowNs()
  frozen.resume()
  const end = await within(reading.over, SLOW_MS)
  // It is awake and has had every chance to go on when a whole answer has gone through it.
  const wakes = await answersAgain(cluster, frozen, { owner: `${owner}-wake` })
  const isOver = await waitUntil(
    async () => script.ignoresSignal || ledger.ofRun(runId).every(({ endedNs }) => endedNs !== undefined),
    SLOW_MS,
  )
  const toolCalls = ledger.ofRun(runId).filter(({ what, begunNs }) => what === 'tool' && begunNs > wokenNs)
  return [
    ...broken,
    ...again,
    ...wakes,
    ...(run?.status === 'interrupted' ? [] : [`run ${runId} of a frozen server is ${run?.status}`]),
    ...(isDeepStrictEqual(await stored(), before) ? [] : [`run ${runId} was written to after it was over`]),
    ...(toolCalls.length === 0
      ? []
      : [`${toolCalls.length} tool calls of run ${runId} began after it was over`]),
    ...(isOver ? [] : [`the model of run ${runId} was not told that nobody wants its answer`]),
    ...(end === 'end' ? [] : [`a reader on the server that was frozen came to "${end}"`]),
    ...(await seenWhole(database, runId, reading.events)),
    ...(await threadIsWhole(database, threadId)),
  ]
}
