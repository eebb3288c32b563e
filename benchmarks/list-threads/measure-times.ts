import type { Child } from '../processes/child.ts'
import { median } from '../figures/median.ts'
import { ASKING, DEEP, DEEP_THREADS, ITEMS_A_THREAD, OWN_THREADS, threadId } from './fill-database.ts'
import type { MeasuredServer } from './list-threads.ts'
import { FIRST_PAGE } from './measure-throughput.ts'

const BLOCKS = 12
const PAGE_ROUNDS = 60
const TURN_ROUNDS = 15
const WARM_TURNS = 100
const DEPTH = 25_000

const DATABASES = ['empty', 'filled'] as const
type Database = (typeof DATABASES)[number]

export interface Times {
  firstMs: number
  deepMs: number
  turnMs: number
  filledPageRatio: number
  filledTurnRatio: number
}

/** How long a client waits, on one connection that is otherwise idle. Medians; both sides of a ratio take turns. */
export async function measureTimes(client: Child, servers: Record<Database, MeasuredServer>): Promise<Times> {
  const ask = async (
    { port }: MeasuredServer,
    owner: string,
    bodies: string[],
    rounds: number,
    connections = 1,
  ): Promise<{ timesMs: number[][]; first: string[] }> =>
    client.ask({ port, owner, bodies, rounds, connections })

  /** Milliseconds for each of the bodies on both databases, in blocks that take turns. */
  const onBoth = async (bodies: string[], rounds: number): Promise<Record<Database, number[]>> => {
    const samples: Record<Database, number[][]> = {
      empty: bodies.map(() => []),
      filled: bodies.map(() => []),
    }
    for (let block = 0; block <= BLOCKS; block++) {
      for (const database of block % 2 === 0 ? DATABASES : DATABASES.toReversed()) {
        const { timesMs } = await ask(servers[database], ASKING, bodies, rounds)
        // The first block warms up.
        if (block > 0) timesMs.forEach((times, index) => samples[database][index]?.push(...times))
      }
    }
    return { empty: samples.empty.map(median), filled: samples.filled.map(median) }
  }

  const deepPage = JSON.stringify({
    type: 'threads.list',
    params: { after: threadId(DEEP, DEEP_THREADS - DEPTH + 1) },
  })
  await ask(servers.filled, DEEP, [FIRST_PAGE, deepPage], 100)
  const { timesMs, first } = await ask(servers.filled, DEEP, [FIRST_PAGE, deepPage], BLOCKS * PAGE_ROUNDS)
  if (!first[1]?.includes(threadId(DEEP, DEEP_THREADS - DEPTH)))
    throw new Error('The deep page is another one.')
  const [firstMs, deepMs] = [median(timesMs[0] ?? []), median(timesMs[1] ?? [])]
  console.log(
    `deep page: ${deepMs.toFixed(2)} ms for the 20 threads behind the first ${DEPTH}, ${firstMs.toFixed(2)} ms for the first 20, of an owner with ${DEEP_THREADS}`,
  )

  const own = threadId(ASKING, OWN_THREADS)
  const itemsPage = JSON.stringify({ type: 'items.list', params: { thread_id: own } })
  // Both servers have done the same before: code that has run often is faster.
  for (const database of DATABASES) await ask(servers[database], ASKING, [FIRST_PAGE, itemsPage], 250, 16)
  const pages = await onBoth([FIRST_PAGE, itemsPage], PAGE_ROUNDS)
  const ratios = pages.filled.map((ms, index) => ms / (pages.empty[index] ?? Number.NaN))
  for (const [index, what] of ['threads.list', 'items.list'].entries()) {
    console.log(
      `filled page: ${what} ${pages.filled[index]?.toFixed(2)} ms, in the empty database ${pages.empty[index]?.toFixed(2)} ms`,
    )
  }

  const turn = JSON.stringify({
    type: 'threads.add_user_message',
    params: {
      thread_id: own,
      input: {
        content: [{ type: 'input_text', text: 'And the second derivative?' }],
        attachments: [],
        inference_options: {},
      },
    },
  })
  for (const database of DATABASES) {
    const { first: streams } = await ask(servers[database], ASKING, [turn], WARM_TURNS)
    const isWhole = streams[0]?.includes('"thread.item.done"') && !streams[0].includes('"type":"error"')
    if (!isWhole) throw new Error(`A turn was answered with ${streams[0]}`)
  }
  const turns = await onBoth([turn], TURN_ROUNDS)
  const [turnMs = Number.NaN, emptyTurnMs = Number.NaN] = [turns.filled[0], turns.empty[0]]
  console.log(
    `filled turn: ${turnMs.toFixed(2)} ms, in the empty database ${emptyTurnMs.toFixed(2)} ms; threads.add_user_message until the stream has ended, on a thread of ${ITEMS_A_THREAD} items and more, with 20 of them read, 10 deltas and a model that takes no time`,
  )
  return {
    firstMs,
    deepMs,
    turnMs,
    filledPageRatio: Math.max(...ratios),
    filledTurnRatio: turnMs / emptyTurnMs,
  }
}
