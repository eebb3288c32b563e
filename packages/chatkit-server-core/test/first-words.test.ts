import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, it, vi } from 'vitest'
import type { Turn } from '../src/index.ts'
import { aborted } from './hooked-server.ts'
import { beginning } from './run-kit.ts'
import { create, TestServer, type User } from './test-server.ts'

afterEach(() => void vi.useRealTimers())

/** Waits for something else, as for a history, longer than a loop may go on without a pause. */
async function* afterAWait(turn: Turn<User>) {
  await setImmediate()
  vi.advanceTimersByTime(10)
  await setImmediate()
  yield* beginning(turn, 'Hello')
}

/** A server, and the types of the events of each write that carries no item. */
function watched(respond: (turn: Turn<User>) => ReturnType<typeof afterAWait>) {
  const server = new TestServer(respond)
  const writes: string[][] = []
  const { appendDeltas } = server.store
  server.store.appendDeltas = (run, entries) => {
    const types = entries.map(({ json }) => (JSON.parse(json) as { type: string }).type)
    if (types.length > 0) writes.push(types)
    return appendDeltas(run, entries)
  }
  return { server, writes }
}

it('stores the first words with everything before them in one write', async () => {
  // Time goes on only where the answer says so, and not as far as events are stored alone.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const { server, writes } = watched(afterAWait)
  await server.events(create('Hi'))
  expect(writes[0]).toEqual(['stream_options', 'thread.item.added', 'thread.item.updated'])
})

it('tells the options while the model says nothing', async () => {
  const { server, writes } = watched(async function* silent(turn) {
    await aborted(turn.signal)
    yield* beginning(turn)
  })
  const reader = await server.reader(create('Hi'))
  const told: string[] = []
  while (!told.some((json) => json.includes('"stream_options"'))) {
    told.push(...(await reader.next()).map(({ json }) => json))
  }
  expect(writes).toEqual([['stream_options']])
  reader.leave()
  await server.close({ graceMs: 0 })
})
