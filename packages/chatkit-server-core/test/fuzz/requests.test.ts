import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  createChatKitHandler,
  requestSchemas,
  textStream,
  type ActionTurn,
  type ChatKitHandler,
  type ThreadStreamEvent,
  type TranscribeInput,
} from '../../src/index.ts'
import { ada, create, grace, TestServer, type User } from '../test-server.ts'
import { arbitraryOf } from './arbitrary-of-schema.ts'
import { hostileBody } from './hostile.ts'

const COUNT = Number(process.env.FUZZ_COUNT ?? 2_000)
const SEED = Number(process.env.FUZZ_SEED ?? 1)
const BATCH = 500
// Measured with 100 by option, on a quiet machine; what counts coverage runs several times slower.
const MAX_CPU_MS = Number(process.env.FUZZ_CPU_MS ?? 1_000)

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Everything that may be left out is there, so that every route is reached. */
class WholeServer extends TestServer {
  override async *action(turn: ActionTurn<User>): AsyncGenerator<ThreadStreamEvent> {
    yield { type: 'progress_update', text: turn.action.type }
  }
  override async transcribe({ audio }: TranscribeInput<User>): Promise<{ text: string }> {
    return { text: `${audio.byteLength} bytes` }
  }
}

const post = (body: Uint8Array): Request =>
  new Request('http://localhost/', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(body),
  })

/** The status, after whatever is answered was read to its end; and the CPU time of this thread. */
async function send(handler: ChatKitHandler, body: Uint8Array): Promise<{ status: number; cpuMs: number }> {
  const request = post(body)
  const before = process.threadCpuUsage()
  const response = await handler.fetch(request)
  await response.arrayBuffer()
  const { user, system } = process.threadCpuUsage(before)
  return { status: response.status, cpuMs: (user + system) / 1_000 }
}

async function quickest(handler: ChatKitHandler, body: Uint8Array): Promise<number> {
  const times = []
  for (let i = 0; i < 3; i++) times.push((await send(handler, body)).cpuMs)
  return Math.min(...times)
}

it(
  `answers ${COUNT} hostile bodies without a 5xx, each within ${MAX_CPU_MS} ms of CPU, and keeps nothing of them`,
  { timeout: 60_000 + COUNT * 60 },
  async () => {
    const heapMb: number[] = []
    const statuses = new Map<number, number>()
    let slowestMs = 0
    for (let done = 0; done < COUNT; done += BATCH) {
      const server = new WholeServer((turn) => textStream(turn, ['Hello']))
      const handler = createChatKitHandler<User>(server, { authenticate: () => ada })
      const ids = [await server.newThread(), await server.newThread(), await server.newThread('Hi', grace)]
      const items = await server.json<{ data: { id: string }[] }>({
        type: 'items.list',
        params: { thread_id: ids[0] },
      })
      // What exists comes up often, so that most requests find something.
      ids.push(...ids, ...ids, ...items.data.map(({ id }) => id), 'thr_unknown')
      const valid = fc.oneof(
        ...Object.entries(requestSchemas).map(([type, schema]) => ({
          // Where everything is deleted at once, nothing else finds anything.
          weight: type === 'threads.delete' ? 1 : 20,
          arbitrary: arbitraryOf(schema, ids),
        })),
      )
      const bodies = fc.sample(hostileBody(valid), {
        seed: SEED + done,
        numRuns: Math.min(BATCH, COUNT - done),
      })
      await server.json(create('warm up')).catch(() => {})
      for (const body of bodies) {
        const { status, cpuMs } = await send(handler, body)
        const what = (): string => `${status}: ${new TextDecoder().decode(body.subarray(0, 400))}`
        if (status >= 500 && status !== 501) throw new Error(what())
        if (cpuMs > MAX_CPU_MS) {
          // Again, without what a collection or a cold function may have added.
          const again = await quickest(handler, body)
          if (again > MAX_CPU_MS) throw new Error(`${again} ms of CPU for ${body.length} bytes: ${what()}`)
          slowestMs = Math.max(slowestMs, again)
        } else slowestMs = Math.max(slowestMs, cpuMs)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
      expect(server.errors).toEqual([])
      await server.close()
      collect()
      heapMb.push(process.memoryUsage().heapUsed / 1_048_576)
    }
    const [firstMb = 0] = heapMb.slice(1)
    const lastMb = heapMb.at(-1) ?? 0
    console.log(
      `statuses: ${JSON.stringify(Object.fromEntries(statuses))}; slowest: ${slowestMs.toFixed(0)} ms of CPU; ` +
        `heap: ${firstMb.toFixed(1)} MB after the second batch, ${lastMb.toFixed(1)} MB after the last`,
    )
    // Requests have to be good ones, too, or nothing behind the parser was tried.
    expect(statuses.get(200)).toBeGreaterThan(COUNT / 20)
    expect(lastMb - firstMb).toBeLessThan(20)
  },
)
