import { beginAnswer } from '../client/begin-answer.ts'
import type { Fault } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { answersAgain } from '../promises/answers-again.ts'
import { endedWell } from '../promises/ended-well.ts'

export const stall: Fault = {
  about: 'a model that goes silent, heeding its signal or not: cut off by the idle limit, its words kept',
  play: async (stage) => {
    // The defaults are 5 minutes of silence.
    const limits = stage.useDefaults ? {} : { idleMs: 1_000 }
    const { cluster } = await stage.cluster({ settings: { limits } })
    await using _ = cluster
    await stage.rounds(
      async ({ random, owner }) => {
        const node = random.pick(cluster.nodes)
        const script = anyScript(random, ['stuck'])
        const begun = await beginAnswer(cluster, node, { owner, script })
        return [
          ...(await endedWell(cluster, begun, ['failed'], stage.useDefaults ? 300_000 : 1_000)),
          ...(await answersAgain(cluster, random.pick(cluster.nodes), { owner, threadId: begun.threadId })),
        ]
      },
      { atOnce: 5 },
    )
    await stage.finish(cluster)
  },
}
