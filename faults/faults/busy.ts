import type { BusyPolicy } from '@robolearn/chatkit-server-core'
import type { Cluster } from '../cluster/cluster.ts'
import { beginAnswer } from '../client/begin-answer.ts'
import { sendBody } from '../client/requests.ts'
import type { Fault, Round } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { threadIsWhole } from '../promises/answered.ts'
import { seenWhole } from '../promises/stored.ts'
import { waitUntil, within } from '../promises/wait-until.ts'

const SENDS = 50
/** As long as a message may wait for its thread, and all those before it may take. */
const ALL_MS = 120_000

const POLICIES: readonly BusyPolicy[] = ['interrupt', 'wait', 'reject']

export const busy: Fault = {
  about: 'fifty messages at once to one thread, over both nodes, for each policy: no two calls overlap',
  play: async (stage) => {
    for (const onBusy of POLICIES) {
      const { cluster } = await stage.cluster({ settings: { onBusy } })
      await using _ = cluster
      const outcomes = new Map<string, number>()
      await stage.rounds((round) => sendFifty(cluster, onBusy, round, outcomes), {
        label: onBusy,
        atOnce: 3,
      })
      stage.say(`${onBusy}: ${[...outcomes].map(([outcome, times]) => `${times} ${outcome}`).join(', ')}`)
      await stage.finish(cluster)
    }
  },
}

async function sendFifty(
  cluster: Cluster,
  onBusy: BusyPolicy,
  { random, owner }: Round,
  outcomes: Map<string, number>,
): Promise<string[]> {
  const { database, ledger, nodes } = cluster
  const script = () => anyScript(random, ['steady', 'burst', 'failing'], { tokens: random.between(2, 10) })
  const { reading: first, threadId } = await beginAnswer(cluster, random.pick(nodes), {
    owner,
    script: script(),
  })
  const readings = Array.from({ length: SENDS }, (_one, index) =>
    cluster.read(nodes[index % 2 === 0 ? 0 : 1], { owner, body: sendBody(script(), threadId) }),
  )
  const all = [first, ...readings]
  const ends = await Promise.all(all.map(({ over }) => within(over, ALL_MS)))
  const broken: string[] = []
  for (const [index, reading] of all.entries()) {
    const { status, refusal, runId } = reading
    const run = runId === undefined ? undefined : await database.run(runId)
    const outcome = run?.status ?? `${status} ${refusal?.code ?? ''}`
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    if (ends[index] !== 'end')
      broken.push(`a message of fifty came to "${ends[index]}" with status ${status}`)
    else if (status === 409 && refusal?.code === 'run_active') continue
    else if (status !== 200 || runId === undefined)
      broken.push(`a message of fifty was refused with ${outcome}`)
    else broken.push(...(await seenWhole(database, runId, reading.events)))
  }
  const answered = all.filter(({ status }) => status === 200).length
  const messages = (await database.items(threadId)).filter(({ type }) => type === 'user_message').length
  const isQuiet = await waitUntil(
    async () => (await database.runsOf(threadId)).every(({ status }) => status !== 'running'),
    2 * cluster.leaseMs + 20_000,
  )
  const overlaps = ledger.overlaps(threadId)
  ledger.forget(threadId)
  return [
    ...broken,
    ...(isQuiet ? [] : ['a run of a busy thread does not end']),
    ...(answered === messages ? [] : [`${answered} messages were answered, and ${messages} are stored`]),
    ...(onBusy === 'reject' &&
    (first.status !== 200 || (await database.run(first.runId ?? ''))?.status === 'stopped')
      ? ['a message interrupted an answer although the policy is to refuse it']
      : []),
    ...overlaps.map((overlap) => `overlap: ${overlap}`),
    ...(await threadIsWhole(database, threadId)),
  ]
}
