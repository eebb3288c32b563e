import type { Cluster } from '../cluster/cluster.ts'
import type { TcpProxy } from '../cluster/tcp-proxy.ts'
import { through } from '../cluster/through.ts'
import { beginAnswer } from '../client/begin-answer.ts'
import type { Fault, Round } from '../fault.ts'
import { anyScript } from '../model/any-script.ts'
import { threadIsWhole } from '../promises/answered.ts'
import { answersAgain } from '../promises/answers-again.ts'
import { comesBack } from '../promises/comes-back.ts'
import { runEnds, SLOW_MS } from '../promises/run-ends.ts'
import { seenWhole } from '../promises/stored.ts'
import { waitUntil, within } from '../promises/wait-until.ts'

const LONG_MS = 600_000

export const isolate: Fault = {
  about:
    'a server that does not reach the database any more: its model is told before another one takes over',
  play: async (stage) => {
    const proxies: TcpProxy[] = []
    const { cluster } = await stage.cluster({
      nodes: async (databaseUrl) => {
        const ways = [await through(databaseUrl), await through(databaseUrl)]
        proxies.push(...ways.map(({ proxy }) => proxy))
        return ways.map(({ url }) => ({ databaseUrl: url }))
      },
    })
    await using _ = cluster
    await stage.rounds((round) => cutOff(cluster, proxies, round))
    await stage.finish(cluster, async () => {
      for (const proxy of proxies) await proxy.close()
    })
  },
}

async function cutOff(
  cluster: Cluster,
  proxies: readonly TcpProxy[],
  { random, owner }: Round,
): Promise<string[]> {
  const { database, ledger, nodes, leaseMs } = cluster
  const at = random.between(0, 1)
  const [alone, other] = at === 0 ? nodes : [nodes[1], nodes[0]]
  const proxy = proxies[at]
  // In silence, at a tool, or in the middle of its words: it heeds its signal, so that it may not overlap.
  const script = anyScript(random, ['stuck', 'dripping'], {
    ignoresSignal: false,
    tokens: 12,
    ...(random.chance(0.5) ? { tool: { afterTokens: 6, takesMs: LONG_MS, times: 1 } } : {}),
  })
  const { reading, runId, threadId } = await beginAnswer(cluster, alone, { owner, script })
  await within(reading.atLeast(random.between(1, 20)), 500)
  // Half of the time no reply comes, half of the time nothing gets through at all.
  proxy?.hold('down')
  if (random.chance(0.5)) proxy?.hold('up')
  // Sent at once, so that it is let in as soon as it can be.
  const again = answersAgain(cluster, other, { owner, threadId })
  const { run, broken } = await runEnds(database, runId, leaseMs)
  const next = await again
  const wasTold = await waitUntil(
    async () => ledger.ofRun(runId).every(({ endedNs }) => endedNs !== undefined),
    SLOW_MS,
  )
  const overlaps = ledger.overlaps(threadId)
  proxy?.release()
  // What waited at the proxy is too late, and the process is to notice.
  proxy?.cutAll()
  const end = await within(reading.over, SLOW_MS)
  return [
    ...broken,
    ...next,
    ...(run?.status === 'interrupted' ? [] : [`run ${runId} of a server that is cut off is ${run?.status}`]),
    ...(wasTold ? [] : [`the model of run ${runId} was not told that nobody wants its answer`]),
    ...overlaps.map((overlap) => `overlap: ${overlap}`),
    ...(end === 'end' ? [] : [`a reader on the server that was cut off came to "${end}"`]),
    ...(await seenWhole(database, runId, reading.events)),
    ...(await threadIsWhole(database, threadId)),
    ...(await comesBack(cluster, alone, { owner: `${owner}-next` })),
  ]
}
