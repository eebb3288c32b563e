import type { Cluster } from '../cluster/cluster.ts'
import { resumeBody, sendBody, stopBody } from '../client/requests.ts'
import type { Fault, Round } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { nowNs } from '../model/call.ts'
import type { Script } from '../model/script.ts'
import { threadIsWhole } from '../promises/answered.ts'
import { answersAgain } from '../promises/answers-again.ts'
import { keepsWords } from '../promises/keeps-words.ts'
import { runEnds, SLOW_MS } from '../promises/run-ends.ts'
import { seenWhole } from '../promises/stored.ts'
import { sleep, waitUntil, within } from '../promises/wait-until.ts'
import { Times } from '../times.ts'

type Place = 'before the first event' | 'inside a tool' | 'in the middle' | 'at the end'

const PLACES = ['before the first event', 'inside a tool', 'in the middle', 'at the end'] as const
const AT_ONCE = 3
const LONG_MS = 60_000

export const stop: Fault = {
  about: 'Stop, from either node: before the first event, inside a tool, in the middle, at the very end',
  play: async (stage) => {
    const { cluster } = await stage.cluster({})
    await using _ = cluster
    const times = { same: new Times(), other: new Times() }
    await stage.rounds((round) => stopOnce(cluster, round, times), { atOnce: AT_ONCE })
    stage.say(
      `from Stop to the model's signal, same node: ${times.same.summary()}; other: ${times.other.summary()}`,
    )
    await stage.finish(cluster)
  },
}

async function stopOnce(
  cluster: Cluster,
  { random, owner }: Round,
  times: { same: Times; other: Times },
): Promise<string[]> {
  const { database, ledger, nodes } = cluster
  const [node, other] = random.chance(0.5) ? nodes : [nodes[1], nodes[0]]
  const from = random.pick([node, other])
  const place = random.pick(PLACES)
  const reading = cluster.read(node, {
    owner,
    body: sendBody(anyScript(random, ['steady'], scriptAt(place))),
  })
  if (!(await within(reading.atLeast(1), SLOW_MS)))
    return [`a message came to status ${reading.status} and no event`]
  const { threadId = '', runId = '' } = reading
  const follower = cluster.read(other, { owner, body: resumeBody(threadId, `${runId}:0`) })
  if (place === 'inside a tool') await untilInTool(cluster, runId)
  else if (place === 'in the middle') await within(reading.atLeast(random.between(4, 20)), SLOW_MS)
  else if (place === 'at the end') await sleep(random.between(0, 60))

  const wordsSeen = reading.events.map(({ event }) => event)
  const askedNs = nowNs()
  const { stopped } = await cluster.client(from, owner).send(stopBody(threadId))
  const { run, broken } = await runEnds(database, runId, cluster.leaseMs)
  const ends = await Promise.all([within(reading.over, SLOW_MS), within(follower.over, SLOW_MS)])
  // None where the stop came before the model was asked.
  const model = ledger.ofRun(runId).find(({ what }) => what === 'model')
  if (stopped && model?.signalledNs !== undefined) {
    times[from === node ? 'same' : 'other'].add(Number(model.signalledNs - askedNs) / 1e6)
  }
  return [
    ...broken,
    ...(stopped &&
    run?.status === 'stopped' &&
    place !== 'at the end' &&
    model &&
    model.signalledNs === undefined
      ? [`the model of run ${runId} was not signalled`]
      : []),
    // At the end the answer may have been done, with its end not yet written.
    ...(run?.status === 'stopped' || (place === 'at the end' && run?.status === 'completed')
      ? []
      : [`run ${runId}, stopped ${place}, is ${run?.status}`]),
    ...ends.flatMap((end) =>
      end === 'end' ? [] : [`a reader of run ${runId}, stopped ${place}, came to "${end}"`],
    ),
    ...(await seenWhole(database, runId, reading.events)),
    ...(await seenWhole(database, runId, follower.events)),
    ...(await keepsWords(database, threadId, wordsSeen)),
    ...(await threadIsWhole(database, threadId)),
    ...(await answersAgain(cluster, random.pick(nodes), { owner, threadId })),
  ]
}

function scriptAt(place: Place): Partial<Script> {
  switch (place) {
    case 'before the first event':
      return { mode: 'stuck', tokens: 0, before: [] }
    case 'inside a tool':
      return { tokens: 20, tool: { afterTokens: 5, takesMs: LONG_MS, times: 1 } }
    case 'in the middle':
      return { mode: 'dripping' }
    case 'at the end':
      return { tokens: 5, everyMs: 2, before: [] }
  }
}

const untilInTool = (cluster: Cluster, runId: string): Promise<boolean> =>
  waitUntil(async () => cluster.ledger.ofRun(runId).some(({ what }) => what === 'tool'), SLOW_MS)
