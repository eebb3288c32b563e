import type { Cluster } from '../cluster/cluster.ts'
import { findPgBouncer, startPgBouncer } from '../cluster/pgbouncer.ts'
import { beginAnswer } from '../client/begin-answer.ts'
import { resumeBody, stopBody } from '../client/requests.ts'
import type { Fault, Round } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { threadIsWhole } from '../promises/answered.ts'
import { answersAgain } from '../promises/answers-again.ts'
import { readsToTheEnd } from '../promises/reads-to-the-end.ts'
import { runEnds, SLOW_MS } from '../promises/run-ends.ts'
import { seenAsStored, seenWhole } from '../promises/stored.ts'
import { within } from '../promises/wait-until.ts'

export const pooler: Fault = {
  about: 'PgBouncer in transaction mode before the database: answers, readers on both nodes, stops and kills',
  play: async (stage) => {
    const binary = findPgBouncer()
    if (binary === undefined) {
      stage.say('There is no PgBouncer on this machine (apt-get install pgbouncer).')
      return
    }
    const bouncer = await startPgBouncer(binary, stage.postgres.url)
    // One node listens past the pooler, the other has to do without.
    const { cluster } = await stage.cluster({
      nodes: (databaseUrl) => [
        { databaseUrl: bouncer.through(databaseUrl), listenUrl: databaseUrl },
        { databaseUrl: bouncer.through(databaseUrl) },
      ],
    })
    await using _ = cluster
    await stage.rounds((round) => throughPooler(cluster, round), { atOnce: 3 })
    await stage.rounds((round) => killBehindPooler(cluster, round), { label: 'kill' })
    await stage.finish(cluster, bouncer.stop)
  },
}

async function throughPooler(cluster: Cluster, { random, owner }: Round): Promise<string[]> {
  const { database, nodes, leaseMs } = cluster
  const [node, other] = random.chance(0.5) ? nodes : [nodes[1], nodes[0]]
  const isStopped = random.chance(0.5)
  const script = anyScript(random, isStopped ? ['dripping'] : ['steady', 'burst', 'failing'])
  const { reading, runId, threadId } = await beginAnswer(cluster, node, { owner, script })
  const follower = cluster.read(other, { owner, body: resumeBody(threadId, `${runId}:0`) })
  await within(follower.atLeast(random.between(2, 20)), SLOW_MS)
  if (isStopped) await cluster.client(other, owner).send(stopBody(threadId))
  const { broken } = await runEnds(database, runId, leaseMs)
  const ends = await Promise.all([reading, follower].map(({ over }) => within(over, SLOW_MS)))
  return [
    ...broken,
    ...ends.flatMap((end) => (end === 'end' ? [] : [`a reader of run ${runId} came to "${end}"`])),
    ...(await seenWhole(database, runId, reading.events)),
    ...(await seenWhole(database, runId, follower.events)),
    ...(await threadIsWhole(database, threadId)),
    ...(await answersAgain(cluster, other, { owner, threadId })),
  ]
}

async function killBehindPooler(cluster: Cluster, { random, owner }: Round): Promise<string[]> {
  await cluster.heal()
  const { database, nodes, leaseMs } = cluster
  const [victim, other] = random.chance(0.5) ? nodes : [nodes[1], nodes[0]]
  const script = anyScript(random, ['dripping', 'stuck'])
  const { reading, runId, threadId } = await beginAnswer(cluster, victim, { owner, script })
  await within(reading.atLeast(random.between(1, 40)), 500)
  await victim.kill()
  await reading.over
  const { broken } = await runEnds(database, runId, leaseMs)
  return [
    ...broken,
    ...(await seenAsStored(database, reading.events)),
    ...(await readsToTheEnd(cluster, other, { owner, threadId, seen: reading.events })),
    ...(await threadIsWhole(database, threadId)),
    ...(await answersAgain(cluster, other, { owner, threadId })),
  ]
}
