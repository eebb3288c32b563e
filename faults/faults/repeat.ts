import type { Cluster } from '../cluster/cluster.ts'
import { sendBody } from '../client/requests.ts'
import type { Reading } from '../client/reading.ts'
import type { Fault, Round } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { threadIsWhole } from '../promises/answered.ts'
import { SLOW_MS } from '../promises/run-ends.ts'
import { seenWhole } from '../promises/stored.ts'
import { within } from '../promises/wait-until.ts'

const AT_ONCE = 8

export const repeat: Fault = {
  about:
    'the same request with the same key: in turn, at once, on two nodes; with another body it is refused',
  play: async (stage) => {
    const { cluster } = await stage.cluster({})
    await using _ = cluster
    await stage.rounds((round) => sendOften(cluster, round), { atOnce: 3 })
    await stage.finish(cluster)
  },
}

async function sendOften(cluster: Cluster, { random, owner }: Round): Promise<string[]> {
  const { database, ledger, nodes } = cluster
  const key = `key ${owner}`
  const script = anyScript(random, ['steady', 'burst', 'failing'])
  const body = sendBody(script)
  const send = (of: string, withBody = body): Reading =>
    cluster.read(random.pick(nodes), { owner: of, body: withBody, key })
  const read: Reading[] = []
  const whole = async (readings: Reading[]): Promise<string[]> => {
    read.push(...readings)
    const ends = await Promise.all(readings.map(({ over }) => within(over, SLOW_MS)))
    return ends.flatMap((end, index) =>
      end === 'end' && readings[index]?.status === 200
        ? []
        : [`sent again with the same key: "${end}" with status ${readings[index]?.status}`],
    )
  }
  const broken = [
    ...(await whole(Array.from({ length: AT_ONCE }, () => send(owner)))),
    ...(await whole([send(owner)])),
    ...(await whole([send(owner)])),
  ]
  const [first] = read
  const runId = first?.runId ?? ''
  const threadId = first?.threadId ?? ''
  const refused = send(owner, sendBody({ ...script, seed: script.seed + 1 }))
  // Somebody else's key of the same name is another key.
  const stranger = send(`${owner}-stranger`)
  await Promise.all([within(refused.over, SLOW_MS), within(stranger.over, SLOW_MS)])
  const [messages] = await database.query<{ count: string }>(
    `select count(*) from chatkit.items as item join chatkit.threads as thread on thread.id = item.thread_id
    where thread.owner_id = $1 and item.type = 'user_message'`,
    [owner],
  )
  const models = ledger.ofRun(runId).filter(({ what }) => what === 'model').length
  const perReading = read.map(async (reading) => [
    ...(reading.runId === runId ? [] : [`the same key gave runs ${runId} and ${reading.runId}`]),
    ...(await seenWhole(database, runId, reading.events)),
  ])
  return [
    ...broken,
    ...(await Promise.all(perReading)).flat(),
    ...(refused.status === 422
      ? []
      : [`another body under the key came to status ${refused.status}, not 422`]),
    ...(stranger.status === 200 && stranger.runId !== runId
      ? []
      : ['the key of one owner was taken for that of another']),
    ...(messages?.count === '1' ? [] : [`one request with a key made ${messages?.count} messages`]),
    ...(models === 1 ? [] : [`one request with a key asked the model ${models} times`]),
    ...(await threadIsWhole(database, threadId)),
  ]
}
