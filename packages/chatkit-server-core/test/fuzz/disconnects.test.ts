import { getEventListeners, once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createChatKitHandler, type Turn } from '../../src/index.ts'
import { toNodeHandler } from '../../src/node/index.ts'
import { ada, answer, beginning, create, TestServer, type User } from '../test-server.ts'

const COUNT = Number(process.env.DISCONNECT_COUNT ?? 150)
const SEED = Number(process.env.FUZZ_SEED ?? 1)
const DELTAS = 20
const TIMEOUT_MS = 10_000 + COUNT * 20

/** What is open: answers, and listeners on their signals. */
class Watch {
  readonly signals = new Set<AbortSignal>()
  answers = 0
  #wake = (): void => {}

  /** An answer of some words; where a client that leaves should stop it, one that does not end by itself. */
  async *answer(turn: Turn<User>, endless: boolean) {
    this.answers += 1
    this.signals.add(turn.signal)
    try {
      const item = answer(turn, '')
      yield* beginning(item)
      for (let n = 0; n < DELTAS; n++) {
        await setImmediate()
        yield* [...beginning(item, `word ${n} `)].slice(1)
      }
      if (endless && !turn.signal.aborted) await once(turn.signal, 'abort')
      yield { type: 'thread.item.done' as const, item }
    } finally {
      this.answers -= 1
      this.#wake()
    }
  }

  /** Resolves when no answer is open any more. */
  async idle(): Promise<void> {
    while (this.answers > 0) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  get open() {
    return {
      answers: this.answers,
      listeners: [...this.signals].reduce(
        (sum, signal) => sum + getEventListeners(signal, 'abort').length,
        0,
      ),
    }
  }
}

/** Timers and connections of this process; the test runner has some of its own, which may end meanwhile. */
const resources = (): number =>
  process.getActiveResourcesInfo().filter((name) => /Timeout|TCP/.test(name)).length

const open = (marked: boolean, watch: Watch) => {
  const server = new TestServer((turn) => watch.answer(turn, !marked), {
    limits: { activeRunsPerOwner: 10_000 },
  })
  const handler = createChatKitHandler<User>(server, { authenticate: () => ada })
  const headers = { 'content-type': 'application/json', ...(marked ? { 'x-chatkit-client': 'stop' } : {}) }
  return { server, handler, headers }
}

interface Departure {
  /** Of all bytes that are sent or received. */
  after: number
  how: 'cancel' | 'abort'
  marked: boolean
}

const departures = (): Departure[] =>
  fc.sample(
    fc.record<Departure>({
      after: fc.double({ min: 0, max: 1, noNaN: true }),
      how: fc.constantFrom('cancel', 'abort'),
      marked: fc.boolean(),
    }),
    { seed: SEED, numRuns: COUNT },
  )

it(
  `lets everything go in ${COUNT} web requests whose client leaves at any byte`,
  { timeout: TIMEOUT_MS },
  async () => {
    const watch = new Watch()
    const before = resources()
    const whole = await open(true, watch).handler.fetch(requestOf({}))
    // The last event is kept for those who stay.
    const total = (await whole.text()).lastIndexOf('\nid: ')
    for (const { after, how, marked } of departures()) {
      const { server, handler, headers } = open(marked, watch)
      const abort = new AbortController()
      const request = requestOf(headers, abort.signal)
      watch.signals.add(request.signal)
      const response = await handler.fetch(request)
      const reader = response.body?.getReader()
      for (let seen = 0; seen < after * total;) {
        const { done, value } = (await reader?.read()) ?? { done: true }
        if (done || !value) break
        seen += value.byteLength
      }
      if (how === 'cancel') await reader?.cancel()
      else abort.abort()
      await watch.idle()
      await server.close()
      expect(server.errors).toEqual([])
    }
    expect(watch.open).toEqual({ answers: 0, listeners: 0 })
    expect(resources()).toBeLessThanOrEqual(before)
  },
)

it(
  `lets everything go in ${COUNT} connections that are lost at any byte`,
  { timeout: TIMEOUT_MS },
  async () => {
    const watch = new Watch()
    const before = resources()
    for (const { after, how, marked } of departures()) {
      const { server, handler, headers } = open(marked, watch)
      let answered: Promise<Response> | undefined
      const listener = createServer(
        toNodeHandler({
          fetch: (request) => {
            watch.signals.add(request.signal)
            answered = handler.fetch(request)
            return answered
          },
        }),
      )
      listener.listen(0, '127.0.0.1')
      await once(listener, 'listening')
      const socket = connect((listener.address() as AddressInfo).port, '127.0.0.1')
      socket.on('error', () => {})
      const bytes = rawRequest(headers)
      // The first half of the departures is in the request, the other in the response.
      const sent = Math.floor(Math.min(1, after * 2) * bytes.length)
      const wanted = Math.max(0, after * 2 - 1) * 5_000
      let seen = 0
      const enough = new Promise<void>((resolve) => {
        socket.on('data', (chunk) => {
          seen += chunk.length
          if (seen >= wanted) resolve()
        })
        socket.on('close', () => resolve())
      })
      socket.write(bytes.subarray(0, sent))
      if (after > 0.5) await enough
      else await once(listener, 'connection')
      if (how === 'cancel') socket.destroy()
      else socket.end()
      await new Promise((resolve) => listener.close(resolve))
      await answered
      await setImmediate()
      await watch.idle()
      await server.close()
      expect(server.errors).toEqual([])
    }
    // A handle is gone a turn of the loop after it was closed.
    for (let i = 0; i < 3; i++) await setImmediate()
    expect(watch.open).toEqual({ answers: 0, listeners: 0 })
    expect(resources()).toBeLessThanOrEqual(before)
  },
)

const requestOf = (headers: Record<string, string>, signal?: AbortSignal): Request =>
  new Request('http://localhost/', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(create('Hi')),
    ...(signal ? { signal } : {}),
  })

function rawRequest(headers: Record<string, string>): Buffer {
  const body = JSON.stringify(create('Hi'))
  const lines = Object.entries({ host: 'localhost', 'content-length': body.length, ...headers })
  return Buffer.from(
    `POST /chatkit HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  )
}
