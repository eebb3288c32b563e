import { beginAnswer } from '../client/begin-answer.ts'
import type { Fault } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { answersAgain } from '../promises/answers-again.ts'
import { endedWell } from '../promises/ended-well.ts'

export const drip: Fault = {
  about: 'a model that never ends, slowly or fast: cut off by maxRunMs or maxOutputBytes, its words kept',
  play: async (stage) => {
    // The defaults are 10 minutes and 1 MiB.
    const limits = stage.useDefaults ? {} : { maxRunMs: 2_000, maxOutputBytes: 16_384 }
    const { cluster } = await stage.cluster({ settings: { limits } })
    await using _ = cluster
    await stage.rounds(
      async ({ random, owner }) => {
        const node = random.pick(cluster.nodes)
        const script = anyScript(random, ['dripping', 'endless'])
        const begun = await beginAnswer(cluster, node, { owner, script })
        return [
          ...(await endedWell(cluster, begun, ['failed'], stage.useDefaults ? 600_000 : 2_000)),
          ...(await answersAgain(cluster, random.pick(cluster.nodes), { owner, threadId: begun.threadId })),
        ]
      },
      { atOnce: 5 },
    )
    await stage.finish(cluster)
  },
}
