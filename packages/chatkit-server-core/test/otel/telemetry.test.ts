import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createChatKitHandler, type OperatorHooks } from '../../src/index.ts'
import { createTelemetry, type Telemetry } from '../../src/otel/index.ts'
import { answer, beginning, create, TestServer, type User } from '../test-server.ts'

const SECRET = 'what nobody else may read'

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(() => context.disable())

let spans: InMemorySpanExporter
let tracers: TracerProvider
let numbers: InMemoryMetricExporter
let meters: MeterProvider
beforeEach(() => {
  spans = new InMemorySpanExporter()
  tracers = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] })
  numbers = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  // It collects when it is told to: the hour never comes.
  const reader = new PeriodicExportingMetricReader({ exporter: numbers, exportIntervalMillis: 3_600_000 })
  meters = new MeterProvider({ readers: [reader] })
})
afterEach(async () => {
  await tracers.shutdown()
  await meters.shutdown()
})

const telemetryOf = (hooks: OperatorHooks<User> = {}): Telemetry<User> =>
  createTelemetry<User>({ hooks, tracer: tracers.getTracer('test'), meter: meters.getMeter('test') })

function serverOf(telemetry: Telemetry<User>): TestServer {
  return new TestServer(
    async function* (turn) {
      const item = answer(turn, '')
      yield* beginning(item, SECRET)
      if (turn.userMessage?.content[0]?.text === 'fail') throw new Error(SECRET)
      yield { type: 'thread.item.done', item: { ...answer(turn, SECRET), id: item.id } }
    },
    { hooks: { ...telemetry.hooks, onError: () => {} } },
  )
}

interface Point {
  attributes: object
  value: unknown
}

/** What a metric says now, a point for each set of attributes. */
async function pointsOf(name: string): Promise<Point[]> {
  numbers.reset()
  await meters.forceFlush()
  const all = numbers.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics))
  return all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []
}

const spansNamed = (name: string) => spans.getFinishedSpans().filter((span) => span.name === name)

describe('spans', () => {
  it('show a request, and its run until the run has ended', async () => {
    const server = serverOf(telemetryOf())
    const threadId = await server.newThread()
    const [request] = spansNamed('chatkit threads.create')
    expect(request?.attributes).toMatchObject({
      'chatkit.request.type': 'threads.create',
      'chatkit.outcome': 'ok',
    })
    await server.close()
    const [run] = spansNamed('chatkit run')
    expect(run?.attributes).toMatchObject({
      'chatkit.thread.id': threadId,
      'chatkit.run.id': expect.stringMatching(/^run_/),
      'chatkit.run.status': 'completed',
      'chatkit.run.first_event_ms': expect.any(Number),
      'chatkit.run.events': 6,
    })
    expect(run?.status.code).toBe(SpanStatusCode.UNSET)
  })

  it('are children of what is active where the request is answered', async () => {
    const server = serverOf(telemetryOf())
    const outer = tracers.getTracer('test').startSpan('POST /chatkit')
    await context.with(trace.setSpan(context.active(), outer), () => server.newThread())
    await server.close()
    const parents = spans.getFinishedSpans().map((span) => span.parentSpanContext?.spanId)
    expect(parents).toEqual([outer.spanContext().spanId, outer.spanContext().spanId])
  })

  it('are errors where the server failed, and not where it refused', async () => {
    const server = serverOf(telemetryOf())
    await server.events(create('fail'))
    await expect(
      server.events({ type: 'threads.get_by_id', params: { thread_id: 'thr_x' } }),
    ).rejects.toThrow('thr_x')
    server.store.listThreads = () => Promise.reject(new Error(SECRET))
    await expect(server.json({ type: 'threads.list', params: {} })).rejects.toThrow(SECRET)
    await server.close()
    const codes = ['chatkit run', 'chatkit threads.get_by_id', 'chatkit threads.list'].map(
      (name) => spansNamed(name)[0]?.status.code,
    )
    expect(codes).toEqual([SpanStatusCode.ERROR, SpanStatusCode.UNSET, SpanStatusCode.ERROR])
  })
})

describe('metrics', () => {
  it('count refusals by code, those before the protocol too', async () => {
    const server = serverOf(telemetryOf())
    const handler = createChatKitHandler(server, { authenticate: () => null })
    const headers = { 'content-type': 'application/json' }
    await handler.fetch(new Request('http://localhost/', { method: 'POST', headers, body: '{}' }))
    const unknown = { type: 'threads.get_by_id', params: { thread_id: 'thr_x' } }
    for (let i = 0; i < 2; i++) await expect(server.json(unknown)).rejects.toThrow('thr_x')
    expect(await pointsOf('chatkit.request.refusals')).toMatchObject([
      { attributes: { 'chatkit.request.type': 'unknown', 'chatkit.code': 'unauthenticated' }, value: 1 },
      {
        attributes: { 'chatkit.request.type': 'threads.get_by_id', 'chatkit.code': 'thread_not_found' },
        value: 2,
      },
    ])
    expect(await pointsOf('chatkit.request.duration')).toHaveLength(2)
  })

  it('measure runs: how long, how soon, how many events, and how they ended', async () => {
    const server = serverOf(telemetryOf())
    await server.newThread()
    await server.newThread('fail')
    await server.close()
    expect(await pointsOf('chatkit.run.duration')).toMatchObject([
      { attributes: { 'chatkit.run.status': 'completed' }, value: { count: 1 } },
      { attributes: { 'chatkit.run.status': 'failed' }, value: { count: 1 } },
    ])
    expect(await pointsOf('chatkit.run.first_event')).toMatchObject([{ value: { count: 2 } }])
    expect(await pointsOf('chatkit.run.events')).toMatchObject([{ value: 6 }, { value: 7 }])
  })

  it('show what is under way now, until they are told to leave the server alone', async () => {
    const telemetry = telemetryOf()
    const { promise, resolve: goOn } = Promise.withResolvers<void>()
    const server = new TestServer(
      async function* (turn) {
        yield* beginning(answer(turn, ''), 'a')
        await promise
      },
      { hooks: telemetry.hooks },
    )
    let looks = 0
    const counters = () => ({ ...server.counters(), looks: ++looks })
    const leave = telemetry.observe({ counters })
    const reader = await server.reader(create('Hello'))
    const now = async (): Promise<unknown[]> =>
      (await pointsOf('chatkit.runs.active')).map(({ value }) => value)
    expect(await now()).toEqual([1])
    expect(await pointsOf('chatkit.readers')).toMatchObject([{ value: 1 }])
    goOn()
    while ((await reader.next()).length > 0);
    await server.close()
    expect(await now()).toEqual([0])
    expect(await pointsOf('chatkit.events.written')).toMatchObject([{ value: 6 }])
    leave()
    const before = looks
    expect(before).toBeGreaterThan(0)
    await meters.forceFlush()
    expect(looks).toBe(before)
  })
})

it('carries no word of a conversation or of an error', async () => {
  const telemetry = telemetryOf()
  const server = serverOf(telemetry)
  telemetry.observe(server)
  await server.newThread(SECRET)
  await server.newThread('fail')
  server.store.listThreads = () => Promise.reject(new Error(SECRET))
  await expect(server.json({ type: 'threads.list', params: {} })).rejects.toThrow(SECRET)
  await server.close()
  await meters.forceFlush()
  const told = spans
    .getFinishedSpans()
    .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }))
  expect(told).toHaveLength(5)
  expect(JSON.stringify([told, numbers.getMetrics()])).not.toContain(SECRET)
})

it('calls the hooks that the application has, with what is theirs to answer', async () => {
  const seen: string[] = []
  const telemetry = telemetryOf({
    onRequest: ({ outcome }) => seen.push(`request ${outcome}`),
    onRunStart: () => seen.push('start'),
    onRunEnd: ({ status }) => seen.push(`end ${status}`),
    rateLimit: ({ type }) => (type === 'threads.list' ? { retryAfterSeconds: 1 } : undefined),
  })
  const server = serverOf(telemetry)
  await server.newThread()
  await expect(server.json({ type: 'threads.list', params: {} })).rejects.toThrow('Too many')
  await server.close()
  expect(seen.toSorted()).toEqual(['end completed', 'request ok', 'request rate_limited', 'start'])
})
