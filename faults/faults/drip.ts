import { beginAnswer } from '../client/begin-answer.ts'
import type { Fault } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { answersAgain } from '../promises/answers-again.ts'
import type { Database } from '../promises/database.ts'
import { endedWell } from '../promises/ended-well.ts'

export const drip: Fault = {
  about: 'a model that never ends, slowly or fast: cut off by maxRunMs or maxOutputBytes, its words kept',
  play: async (stage) => {
    // The defaults are 10 minutes and 1 MiB.
    const most = stage.useDefaults ? 1_048_576 : 16_384
    const limits = stage.useDefaults ? {} : { maxRunMs: 2_000, maxOutputBytes: most }
    const { cluster } = await stage.cluster({ settings: { limits } })
    await using _ = cluster
    await stage.rounds(
      async ({ random, owner }) => {
        const node = random.pick(cluster.nodes)
        const script = anyScript(random, ['dripping', 'endless'])
        const begun = await beginAnswer(cluster, node, { owner, script })
        return [
          ...(await endedWell(cluster, begun, ['failed'], stage.useDefaults ? 600_000 : 2_000)),
          ...(await saysAtMost(cluster.database, begun.runId, most)),
          ...(await answersAgain(cluster, random.pick(cluster.nodes), { owner, threadId: begun.threadId })),
        ]
      },
      { atOnce: 5 },
    )
    await stage.finish(cluster)
  },
}

/** Once the run has ended: its words stay within the limit, but for those of the event that has reached it. */
async function saysAtMost(database: Database, runId: string, most: number): Promise<string[]> {
  const log = await database.log(runId)
  const said = log.reduce(
    (sum, { event }) =>
      event.type === 'thread.item.updated' && 'delta' in event.update ? sum + event.update.delta.length : sum,
    0,
  )
  return said <= most + 1_024 ? [] : [`run ${runId} has said ${said} characters, and ${most} are allowed`]
}
