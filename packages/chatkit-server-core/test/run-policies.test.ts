import { describe, expect, it } from 'vitest'
import {
  MemoryStore,
  RunEndedError,
  textStream,
  type Appended,
  type ChatKitError,
  type LogEntry,
  type ThreadStreamEvent,
  type Turn,
} from '../src/index.ts'
import { aborted, forEver, wordsOf, type Person } from './hooked-server.ts'
import {
  ada,
  add,
  beginning,
  create,
  fields,
  grace,
  said,
  saying,
  scope,
  serverOf,
  stop,
  storedIn,
  echo,
  half,
} from './run-kit.ts'

const NOTE = 'sdk_hidden_context'

async function* nothingUntilStopped(turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> {
  await aborted(turn.signal)
  yield* []
}

describe('a message to a thread that is being answered', () => {
  it('interrupts the answer, which keeps its words, and never overlaps with it', async () => {
    const log: string[] = []
    const server = serverOf(async function* (turn) {
      log.push(`begin ${said(turn)}`)
      try {
        yield* said(turn) === 'one' ? half(turn) : echo(turn)
      } finally {
        log.push(`end ${said(turn)}`)
      }
    })
    const first = await (await server.follow(create('one'), ada)).until('thread.item.updated')
    const second = await server.follow(add(first.threadId, 'two'), ada)
    await Promise.all([first.toEnd(), second.toEnd()])
    expect(log).toEqual(['begin one', 'end one', 'begin two', 'end two'])
    const words = wordsOf(await storedIn(server, first.threadId)).filter((text) => text !== NOTE)
    expect(words).toEqual(['one', 'half of one', 'two', 're: two'])
    expect(first.types()).not.toContain('error')
  })

  it('waits its turn, in the order of arrival', async () => {
    const gate = Promise.withResolvers<void>()
    const server = serverOf(
      async function* (turn) {
        if (said(turn) === 'one') await gate.promise
        yield* echo(turn)
      },
      { onBusy: 'wait' },
    )
    const first = await (await server.follow(create('one'), ada)).until('stream_options')
    const others = ['two', 'three', 'four'].map((text) => server.follow(add(first.threadId, text), ada))
    gate.resolve()
    for (const other of others) await (await other).toEnd()
    expect(wordsOf(await storedIn(server, first.threadId))).toEqual(
      ['one', 'two', 'three', 'four'].flatMap((text) => [text, `re: ${text}`]),
    )
  })

  it('is refused when too many wait, or when it waited too long, and leaves nothing', async () => {
    const server = serverOf(half, { onBusy: 'wait', limits: { busyWaiting: 1, busyWaitMs: 20 } })
    const first = await (await server.follow(create('one'), ada)).until('thread.item.updated')
    const [waited, tooMany] = await Promise.allSettled(
      ['two', 'three'].map((text) => server.follow(add(first.threadId, text), ada)),
    )
    const refusal = { code: 'run_active', status: 409 }
    expect(waited).toMatchObject({ status: 'rejected', reason: refusal })
    expect(tooMany).toMatchObject({ status: 'rejected', reason: refusal })
    expect(wordsOf(await storedIn(server, first.threadId))).toEqual(['one'])
    await server.close({ graceMs: 0 })
  })

  it('is refused with the run that is in the way', async () => {
    const server = serverOf(half, { onBusy: 'reject' })
    const first = await (await server.follow(create('one'), ada)).until('thread.item.updated')
    await expect(server.process(add(first.threadId, 'two'), ada)).rejects.toMatchObject({
      code: 'run_active',
      runId: first.reader.runId,
    })
    expect(wordsOf(await storedIn(server, first.threadId))).toEqual(['one'])
    await server.close({ graceMs: 0 })
  })

  it('is refused before the busy thread is looked at where it could not be sent at all', async () => {
    const server = serverOf(half)
    const first = await (await server.follow(create('one'), ada)).until('thread.item.updated')
    const retry = {
      type: 'threads.retry_after_item',
      params: { thread_id: first.threadId, item_id: 'msg_0' },
    }
    await expect(server.process(retry, ada)).rejects.toMatchObject({ code: 'item_not_found' })
    const run = await server.store.activeRun(first.threadId, scope)
    expect(run?.id).toBe(first.reader.runId)
    await server.close({ graceMs: 0 })
  })
})

describe('a stop', () => {
  it.each<
    [string, ThreadStreamEvent['type'], (turn: Turn<Person>) => AsyncGenerator<ThreadStreamEvent>, string[]]
  >([
    ['before the first event', 'stream_options', (turn) => nothingUntilStopped(turn), [NOTE]],
    ['in the middle', 'thread.item.updated', half, ['half of Hi', NOTE]],
    [
      'of a generator that hangs and ignores its signal',
      'thread.item.updated',
      async function* (turn) {
        yield* beginning(turn, 'half')
        await forEver()
      },
      ['half', NOTE],
    ],
    [
      'of a generator that throws at it',
      'thread.item.updated',
      async function* (turn) {
        yield* half(turn)
        throw turn.signal.reason
      },
      ['half of Hi', NOTE],
    ],
    [
      'at the very end',
      'thread.item.done',
      async function* (turn) {
        yield { type: 'thread.item.done', item: saying(turn, 'all of it') }
        yield { type: 'progress_update', text: 'x' }
        await aborted(turn.signal)
      },
      ['all of it', NOTE],
    ],
  ])(
    '%s keeps what there is, leaves a note, and ends the stream without an error',
    async (_when, seen, respond, kept) => {
      let fired = false
      const server = serverOf((turn) => {
        if (said(turn) === 'Again') return echo(turn)
        turn.signal.addEventListener('abort', () => (fired = true))
        return respond(turn)
      })
      const following = await server.follow(create('Hi'), ada)
      await following.until(seen === 'thread.item.done' ? 'progress_update' : seen)
      expect(await server.ask(stop(following.threadId), ada)).toEqual({ stopped: true })
      expect(fired).toBe(true)
      await following.toEnd()
      expect(following.types()).not.toContain('error')
      expect(wordsOf(await storedIn(server, following.threadId))).toEqual(['Hi', ...kept])
      expect(server.errors).toEqual([])
      expect(await server.store.activeRun(following.threadId, scope)).toBeUndefined()
      // The next message is answered as usual.
      await (await server.follow(add(following.threadId, 'Again'), ada)).toEnd()
      expect(wordsOf(await storedIn(server, following.threadId)).at(-1)).toBe('re: Again')
    },
  )

  it('drops what is no message: a widget, a workflow, and words that are blank', async () => {
    const server = serverOf(async function* (turn) {
      yield* beginning(turn, ' \n')
      yield {
        type: 'thread.item.added',
        item: { ...fields(turn), type: 'widget', widget: { type: 'Card', children: [] } },
      }
      yield {
        type: 'thread.item.added',
        item: { ...fields(turn), type: 'workflow', workflow: { type: 'custom', tasks: [], expanded: false } },
      }
      yield { type: 'progress_update', text: 'x' }
      await aborted(turn.signal)
    })
    const following = await (await server.follow(create('Hi'), ada)).until('progress_update')
    await server.ask(stop(following.threadId), ada)
    await following.toEnd()
    expect(wordsOf(await storedIn(server, following.threadId))).toEqual(['Hi', NOTE])
  })

  it('is the same once, twice, at once and afterwards', async () => {
    const server = serverOf(half)
    const following = await (await server.follow(create('Hi'), ada)).until('thread.item.updated')
    const { threadId } = following
    const stopped = await Promise.all([1, 2, 3].map(() => server.ask(stop(threadId), ada)))
    expect(stopped).toContainEqual({ stopped: true })
    await following.toEnd()
    expect(await server.ask(stop(threadId), ada)).toEqual({ stopped: false })
    expect(wordsOf(await storedIn(server, threadId))).toEqual(['Hi', 'half of Hi', NOTE])
  })

  it('finds the run by its request’s key, before the client knows the thread', async () => {
    const server = serverOf(half)
    const byKey = (key: string): object => ({ type: 'threads.stop', params: { idempotency_key: key } })
    const following = await server.follow(create('Hi'), ada, { idempotencyKey: 'k1' })
    expect(await server.ask(byKey('k2'), ada)).toEqual({ stopped: false })
    expect(await server.ask(byKey('k1'), grace)).toEqual({ stopped: false })
    expect(await server.ask(byKey('k1'), ada)).toEqual({ stopped: true })
    await following.toEnd()
    expect(wordsOf(await storedIn(server, following.threadId)).at(-1)).toBe(NOTE)
    expect(await server.ask(byKey('k1'), ada)).toEqual({ stopped: false })
  })
})

describe('a client that leaves', () => {
  it.each([
    ['auto', true, 'goes on'],
    ['auto', false, 'is stopped'],
    ['finish', false, 'goes on'],
    ['finish', true, 'goes on'],
    ['stop', true, 'is stopped'],
    ['stop', false, 'is stopped'],
  ] as const)(
    'with %s and clientFinishes %s: the answer %s',
    async (onDisconnect, clientFinishes, becomes) => {
      const gate = Promise.withResolvers<void>()
      const server = serverOf(
        async function* (turn) {
          yield* beginning(turn, 'half')
          await Promise.race([gate.promise, aborted(turn.signal)])
          yield { type: 'thread.item.done', item: saying(turn, 'whole') }
        },
        { onDisconnect },
      )
      const following = await server.follow(create('Hi'), ada, { clientFinishes })
      await following.until('thread.item.updated')
      const pending = following.reader.next()
      following.reader.leave()
      following.reader.leave()
      expect(await pending).toEqual([])
      gate.resolve()
      await server.close()
      const words = wordsOf(await storedIn(server, following.threadId))
      expect(words).toEqual(becomes === 'goes on' ? ['Hi', 'whole', 'half'] : ['Hi', 'half', NOTE])
    },
  )

  it('after the end changes nothing', async () => {
    const server = serverOf(echo, { onDisconnect: 'stop' })
    const following = await (await server.follow(create('Hi'), ada)).toEnd()
    following.reader.leave()
    expect(wordsOf(await storedIn(server, following.threadId))).toEqual(['Hi', 're: Hi'])
  })
})

describe('an answer', () => {
  const error = { type: 'error', code: 'stream.error', allow_retry: true }

  it.each<[string, object, (turn: Turn<Person>) => AsyncGenerator<ThreadStreamEvent>]>([
    [
      'gives nothing for too long',
      { idleMs: 20 },
      async function* (turn) {
        yield* beginning(turn, 'half')
        await aborted(turn.signal)
      },
    ],
    [
      'never ends',
      { maxRunMs: 30 },
      async function* (turn) {
        yield* beginning(turn, 'half')
        while (!turn.signal.aborted) {
          yield { type: 'progress_update', text: 'still at it' }
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
      },
    ],
    [
      'says too much, without ever waiting',
      { maxOutputBytes: 20_000 },
      async function* (turn) {
        yield* beginning(turn, 'half')
        for (;;) yield { type: 'progress_update', text: 'more and more' }
      },
    ],
  ])('that %s is cut off: its words are kept, and it can be tried again', async (_what, limits, respond) => {
    const server = serverOf((turn) => (said(turn) === 'Hi' ? respond(turn) : echo(turn)), { limits })
    const following = await (await server.follow(create('Hi'), ada)).toEnd()
    const [kept, last] = following.events.slice(-2)
    expect(kept).toMatchObject({ type: 'thread.item.done', item: { content: [{ text: 'half' }] } })
    expect(last).toEqual(error)
    expect(server.errors).toHaveLength(1)
    expect(wordsOf(await storedIn(server, following.threadId))).toEqual(['Hi', 'half'])
    const next = await (await server.follow(add(following.threadId, 'Again'), ada)).toEnd()
    expect(next.events.at(-1)).toMatchObject({ item: { content: [{ text: 're: Again' }] } })
  })

  it.each<[string, (turn: Turn<Person>) => ThreadStreamEvent]>([
    [
      'hidden items',
      (turn) => ({
        type: 'thread.item.done',
        item: { ...fields(turn), type: 'hidden_context_item', content: 'x' },
      }),
    ],
    ['removals', () => ({ type: 'thread.item.removed', item_id: 'msg_0' })],
    ['progress', () => ({ type: 'progress_update', text: 'x' })],
  ])('that never waits and gives %s leaves room for everybody else', async (_what, event) => {
    let others = 0
    const server = serverOf(
      function* (turn) {
        setImmediate(() => (others += 1))
        // Bounded by the clock, so that a server that it freezes fails this test instead of hanging it.
        for (const end = performance.now() + 1_000; others === 0 && performance.now() < end;)
          yield event(turn)
      },
      { limits: { maxOutputBytes: 100_000_000 } },
    )
    await (await server.follow(create('Hi'), ada)).toEnd()
    expect(others).toBe(1)
  })

  it('is stored before it is sent, event by event', async () => {
    const store = new MemoryStore<Person>()
    const { appendDeltas, appendItemEvent } = store
    let stored = 0
    const slowly = async (appended: Promise<Appended>, entries: LogEntry[]): Promise<Appended> => {
      await new Promise((resolve) => setImmediate(resolve))
      stored = entries.at(-1)?.seq ?? stored
      return appended
    }
    store.appendDeltas = (run, entries) => slowly(appendDeltas(run, entries), entries)
    store.appendItemEvent = (run, entries, change) => slowly(appendItemEvent(run, entries, change), entries)
    const server = serverOf(echo, {}, store)
    const following = await server.follow(create('Hi'), ada)
    const early: number[] = []
    // The first two were stored with the turn itself.
    await following.toEnd(({ seq }) => {
      if (seq > 2 && seq > stored) early.push(seq)
    })
    expect(following.entries.length).toBeGreaterThan(5)
    expect(early).toEqual([])
  })

  it('that somebody else has ended fires its signal, sends nothing more and writes nothing more', async () => {
    const gate = Promise.withResolvers<void>()
    const writes: unknown[] = []
    const server = serverOf(async function* (turn) {
      yield* beginning(turn, 'half')
      await gate.promise
      writes.push(
        await turn.store
          .saveItem(turn.thread.id, saying(turn, 'late'))
          .catch((reason) => RunEndedError.isInstance(reason)),
      )
      yield { type: 'progress_update', text: 'late' }
      await aborted(turn.signal)
      writes.push('aborted')
      yield { type: 'thread.item.done', item: saying(turn, 'later still') }
    })
    const following = await (await server.follow(create('Hi'), ada)).until('thread.item.updated')
    const run = { id: following.reader.runId, threadId: following.threadId }
    expect(await server.store.closeRun(run, { status: 'interrupted', items: [], entries: [] })).toBe(true)
    gate.resolve()
    await following.toEnd()
    await server.close()
    expect(writes).toEqual([true, 'aborted'])
    expect(following.types()).not.toContain('progress_update')
    expect(wordsOf(await storedIn(server, following.threadId))).toEqual(['Hi'])
  })

  it('has whole characters only, wherever the model cuts them', async () => {
    const server = serverOf((turn) => textStream(turn, ['a\uD83D', '\uDE00b', '\uD83D', 'c\0d']))
    const following = await (await server.follow(create('Hi'), ada)).toEnd()
    for (const { json } of following.entries) expect(json).not.toMatch(/\\u(d[89a-f]|0000)/i)
    const deltas = following.events.flatMap((event) =>
      event.type === 'thread.item.updated' && 'delta' in event.update ? [event.update.delta] : [],
    )
    expect(deltas.join('')).toBe('a😀b\uFFFDc\uFFFDd')
    expect(wordsOf(await storedIn(server, following.threadId))).toEqual(['Hi', 'a😀b\uFFFDc\uFFFDd'])
  })

  it('of an owner with too many of them is refused, and of nobody else', async () => {
    const server = serverOf(half, { limits: { activeRunsPerOwner: 2 } })
    const [one] = [await server.follow(create('1'), ada), await server.follow(create('2'), ada)]
    await expect(server.process(create('3'), ada)).rejects.toMatchObject({
      code: 'rate_limited',
      status: 429,
      retryAfterSeconds: expect.any(Number),
    })
    await server.follow(create('4'), grace)
    await one.until('thread.item.updated')
    await server.ask(stop(one.threadId), ada)
    await one.toEnd()
    await server.follow(create('5'), ada)
    await server.close({ graceMs: 0 })
  })
})

describe('a shutdown', () => {
  it('leaves no run running, keeps the words, and takes no new messages', async () => {
    const server = serverOf(async function* (turn) {
      yield* beginning(turn, 'half')
      await forEver()
    })
    const all = await Promise.all(['1', '2', '3'].map((text) => server.follow(create(text), ada)))
    for (const one of all) await one.until('thread.item.updated')
    await server.close({ graceMs: 0 })
    expect(server.store.counters().activeRuns).toBe(0)
    for (const [index, one] of all.entries()) {
      await one.toEnd()
      expect(one.events.at(-1)).toMatchObject({ type: 'error', allow_retry: true })
      expect(wordsOf(await storedIn(server, one.threadId))).toEqual([`${index + 1}`, 'half'])
    }
    await expect(server.process(create('4'), ada)).rejects.toMatchObject({ code: 'unavailable', status: 503 })
    expect(await server.ask({ type: 'threads.list', params: { limit: 1 } }, ada)).toMatchObject({
      has_more: true,
    })
  })

  it('lets an answer finish that is nearly done', async () => {
    const gate = Promise.withResolvers<void>()
    const server = serverOf(async function* (turn) {
      yield* beginning(turn, 'half')
      await gate.promise
      yield { type: 'thread.item.done', item: saying(turn, 'whole') }
    })
    const following = await (await server.follow(create('Hi'), ada)).until('thread.item.updated')
    const closed = server.close()
    gate.resolve()
    await closed
    expect(wordsOf(await storedIn(server, following.threadId))).toContain('whole')
  })

  it('leaves no run running whose message arrives meanwhile, or waits for its thread', async () => {
    const ends = new Set<unknown>()
    // Every moment between the request and its first event.
    for (let ticks = 0; ticks < 40; ticks++) {
      const server = serverOf(half, { onBusy: 'wait' })
      const first = await (await server.follow(create('one'), ada)).until('thread.item.updated')
      const sent = [add(first.threadId, 'two'), create('three')].map((body) => server.follow(body, ada))
      const late = Promise.allSettled(sent)
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
      await server.close({ graceMs: 0 })
      expect([ticks, server.store.counters().activeRuns]).toEqual([ticks, 0])
      for (const result of await late) {
        if (result.status === 'fulfilled') ends.add((await result.value.toEnd()).types().at(-1))
        else ends.add((result.reason as ChatKitError).code)
      }
      expect([ticks, server.store.counters().activeRuns]).toEqual([ticks, 0])
    }
    expect(ends).toEqual(new Set(['unavailable', 'error']))
  })
  it('waits for a message that is being stored, and for its answer', async () => {
    const store = new MemoryStore<Person>()
    const { openTurn } = store
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    store.openTurn = async (opening, of) => {
      begun.resolve()
      await gate.promise
      return openTurn(opening, of)
    }
    const server = serverOf(half, {}, store)
    const sent = server.follow(create('Hi'), ada)
    await begun.promise
    const closed = server.close({ graceMs: 0 }).then(() => server.store.counters().activeRuns)
    gate.resolve()
    const following = await (await sent).toEnd()
    expect(await closed).toBe(0)
    expect(await server.store.readEvents(following.reader.runId, 0, scope)).toMatchObject({
      status: 'interrupted',
    })
  })
})
