import type { Cluster } from '../cluster/cluster.ts'
import type { NodeProcess } from '../cluster/node-process.ts'
import { resumeBody, sendBody } from '../client/requests.ts'
import type { Reading } from '../client/reading.ts'
import type { Fault } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { threadIsWhole } from '../promises/answered.ts'
import { answersAgain } from '../promises/answers-again.ts'
import { readsToTheEnd } from '../promises/reads-to-the-end.ts'
import { runEnds, SLOW_MS } from '../promises/run-ends.ts'
import { seenAsStored } from '../promises/stored.ts'
import { within } from '../promises/wait-until.ts'

/** How many answers are under way when the process dies. */
const ANSWERS = 3

export const kill: Fault = {
  about: 'kill -9 of a server at any event; the other one, or the same one started again, takes over',
  play: async (stage) => {
    const { cluster } = await stage.cluster({})
    await using _ = cluster
    await stage.rounds(async ({ random, owner }) => {
      await cluster.heal()
      const [victim, other] = random.chance(0.5) ? cluster.nodes : [cluster.nodes[1], cluster.nodes[0]]
      const answers = Array.from({ length: ANSWERS }, (_one, index) => {
        const script = anyScript(random, ['steady', 'steady', 'burst', 'stuck'])
        const owned = `${owner}-${index}`
        return { owner: owned, reading: cluster.read(victim, { owner: owned, body: sendBody(script) }) }
      })
      const after = random.between(0, 45)
      await within(answers[0]?.reading.atLeast(after) ?? Promise.resolve(true), 500)
      const followers = answers.map(({ owner: of, reading }) => follow(cluster, other, of, reading))
      await victim.kill()
      const takesOver = random.chance(0.5) ? victim : other
      await cluster.heal()
      const judged = answers.map(({ owner: of, reading }, index) =>
        judge(cluster, { of, reading, follower: followers[index], takesOver }),
      )
      return (await Promise.all(judged)).flat()
    })
    await stage.finish(cluster)
  },
}

function follow(
  cluster: Cluster,
  node: NodeProcess,
  owner: string,
  { threadId, runId }: Reading,
): Reading | undefined {
  if (threadId === undefined) return undefined
  return cluster.read(node, { owner, body: resumeBody(threadId, `${runId}:0`) })
}

interface Judged {
  of: string
  reading: Reading
  follower: Reading | undefined
  takesOver: NodeProcess
}

async function judge(cluster: Cluster, { of, reading, follower, takesOver }: Judged): Promise<string[]> {
  const { database, ledger, leaseMs } = cluster
  await reading.over
  const [thread] = await database.query<{ id: string; run: string }>(
    `select thread_id as id, id as run from chatkit.runs where owner_id = $1`,
    [of],
  )
  if (!thread) return reading.events.length === 0 ? [] : [`of what ${of} has seen, nothing is stored`]
  const { broken } = await runEnds(database, thread.run, leaseMs)
  if (broken.length > 0) return broken
  const followed = follower ? await within(follower.over, SLOW_MS) : 'end'
  return [
    ...(await seenAsStored(database, reading.events)),
    ...(followed === 'end' || follower?.refusal
      ? []
      : [`a reader on the other node was left with "${followed}" when run ${thread.run} had ended`]),
    ...(follower ? await seenAsStored(database, follower.events) : []),
    ...(await readsToTheEnd(cluster, takesOver, { owner: of, threadId: thread.id, seen: reading.events })),
    ...(await threadIsWhole(database, thread.id)),
    ...(await answersAgain(cluster, takesOver, { owner: of, threadId: thread.id })),
    ...ledger.overlaps(thread.id),
  ]
}
