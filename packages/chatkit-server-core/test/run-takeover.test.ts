import { describe, expect, it } from 'vitest'
import { ChatKitError, MemoryStore } from '../src/index.ts'
import { aborted, wordsOf, type Person } from './hooked-server.ts'
import {
  ada,
  add,
  beginning,
  create,
  echo,
  half,
  said,
  saying,
  scope,
  serverOf,
  stop,
  storedIn,
} from './run-kit.ts'

// Two servers on one store, as two processes on one database.

/** Makes the store one with leases: renewed until the function that it gives is called. */
function leaseOf(store: MemoryStore<Person>): () => void {
  let isOver = false
  store.heldUntilMs = () => performance.now() + (isOver ? -1 : 20)
  return () => (isOver = true)
}

describe('a message to a thread that another server answers', () => {
  it('is refused where that does not end, and begins nothing beside it', async () => {
    const store = new MemoryStore<Person>()
    const gate = Promise.withResolvers<void>()
    const { closeRun } = store
    // So slow that it is still at its end when nobody wants to wait any longer.
    store.closeRun = async (...args) => {
      await gate.promise
      return closeRun(...args)
    }
    const begun: (string | undefined)[] = []
    const slow = serverOf(half, {}, store)
    const other = serverOf(
      (turn) => {
        begun.push(said(turn))
        return echo(turn)
      },
      { limits: { busyWaitMs: 700 } },
      store,
    )
    const first = await (await slow.follow(create('one'), ada)).until('thread.item.updated')
    await expect(other.process(add(first.threadId, 'two'), ada)).rejects.toMatchObject({
      code: 'run_active',
      status: 409,
      runId: first.reader.runId,
    })
    expect(begun).toEqual([])
    expect(wordsOf(await storedIn(other, first.threadId))).toEqual(['one'])
    expect(other.counters().readers).toBe(0)
    const third = other.follow(add(first.threadId, 'three'), ada)
    gate.resolve()
    await first.toEnd()
    await (await third).toEnd()
    expect(begun).toEqual(['three'])
    const words = wordsOf(await storedIn(other, first.threadId))
    expect(words.filter((text) => text !== 'sdk_hidden_context')).toEqual([
      'one',
      'half of one',
      'three',
      're: three',
    ])
  })

  it('begins when that has lost its lease', async () => {
    const store = new MemoryStore<Person>()
    const dead = serverOf(half, {}, store)
    const first = await (await dead.follow(create('one'), ada)).until('thread.item.updated')
    const { runId } = first.reader
    const awake = Promise.withResolvers<void>()
    const { appendDeltas, closeRun } = store
    // It neither hears that it is to stop nor ends anything.
    store.appendDeltas = async (run, entries) => {
      if (run.id === runId) await awake.promise
      return appendDeltas(run, entries)
    }
    let times = 0
    store.endAbandoned = async (run) =>
      ++times === 2 && closeRun(run, { status: 'interrupted', items: [], entries: [] })
    const other = serverOf(echo, {}, store)
    const second = await other.follow(add(first.threadId, 'two'), ada)
    await second.toEnd()
    expect(wordsOf(await storedIn(other, first.threadId))).toEqual(['one', 'two', 're: two'])
    expect(times).toBe(2)
    awake.resolve()
    await Promise.all([first.toEnd(), dead.close()])
  })

  it('is refused when its own server shuts down meanwhile', async () => {
    const store = new MemoryStore<Person>()
    const { closeRun } = store
    const gate = Promise.withResolvers<void>()
    store.closeRun = async (...args) => {
      await gate.promise
      return closeRun(...args)
    }
    const slow = serverOf(half, {}, store)
    const other = serverOf(echo, {}, store)
    const first = await (await slow.follow(create('one'), ada)).until('thread.item.updated')
    const sent = other.process(add(first.threadId, 'two'), ada)
    await expect.poll(() => other.counters().readers).toBe(1)
    await Promise.all([
      expect(sent).rejects.toMatchObject({ code: 'unavailable', status: 503 }),
      other.close({ graceMs: 0 }),
    ])
    gate.resolve()
    await first.toEnd()
  })
})

describe('a lease that cannot be proven any more', () => {
  it('ends answers although the store gives no reply, and keeps their words once it does', async () => {
    const store = new MemoryStore<Person>()
    const { appendDeltas, closeRun } = store
    const back = Promise.withResolvers<void>()
    const signalled = Promise.withResolvers<void>()
    const lapse = leaseOf(store)
    const statuses: string[] = []
    const server = serverOf(
      async function* (turn) {
        yield* beginning(turn, 'half')
        await aborted(turn.signal)
        signalled.resolve()
      },
      { hooks: { onRunEnd: ({ status }) => statuses.push(status) } },
      store,
    )
    const first = await (await server.follow(create('one'), ada)).until('thread.item.updated')
    store.appendDeltas = async (...args) => {
      await back.promise
      return appendDeltas(...args)
    }
    store.closeRun = async (...args) => {
      await back.promise
      return closeRun(...args)
    }
    lapse()
    await signalled.promise
    back.resolve()
    await first.toEnd()
    expect(first.events.at(-1)).toMatchObject({ type: 'error', allow_retry: true })
    expect(statuses).toEqual(['interrupted'])
    expect(wordsOf(await storedIn(server, first.threadId))).toEqual(['one', 'half'])
  })

  it('closes a generator that waits for a store without a reply', async () => {
    const store = new MemoryStore<Person>()
    const { appendItemEvent } = store
    const back = Promise.withResolvers<void>()
    store.appendItemEvent = async (...args) => {
      await back.promise
      return appendItemEvent(...args)
    }
    const closed = Promise.withResolvers<void>()
    const lapse = leaseOf(store)
    const server = serverOf(
      async function* (turn) {
        try {
          lapse()
          yield { type: 'thread.item.done', item: saying(turn, 'whole') }
        } finally {
          closed.resolve()
        }
      },
      {},
      store,
    )
    const first = await (await server.follow(create('one'), ada)).until('thread.created')
    await closed.promise
    back.resolve()
    await first.toEnd()
    expect(wordsOf(await storedIn(server, first.threadId))).toEqual(['one', 'whole'])
  })

  it('is looked for anew while the store renews it', async () => {
    const store = new MemoryStore<Person>()
    let asked = 0
    // Renewed whenever it is about to end.
    store.heldUntilMs = () => {
      asked += 1
      return performance.now() + 20
    }
    const server = serverOf(half, {}, store)
    const first = await (await server.follow(create('one'), ada)).until('thread.item.updated')
    await expect.poll(() => asked).toBeGreaterThan(10)
    expect(await server.ask(stop(first.threadId), ada)).toEqual({ stopped: true })
    await first.toEnd()
    expect(first.types()).not.toContain('error')
  })

  it('asks the model for no more, also before a timer has told of it', async () => {
    const store = new MemoryStore<Person>()
    const lapse = leaseOf(store)
    let toolCalls = 0
    const server = serverOf(
      function* () {
        // As after a freeze: the model is heard first.
        lapse()
        yield { type: 'progress_update', text: 'before the tool' }
        toolCalls += 1
      },
      {},
      store,
    )
    const first = await (await server.follow(create('one'), ada)).toEnd()
    expect(toolCalls).toBe(0)
    expect(first.events.at(-1)).toMatchObject({ type: 'error', allow_retry: true })
  })
})

describe('a stop on the server that executes the run', () => {
  it.each([
    ['of the thread', (threadId: string) => stop(threadId)],
    ['of a key', () => ({ type: 'threads.stop', params: { idempotency_key: 'k' } })],
  ])('%s fires the signal although the store gives no reply', async (_what, bodyOf) => {
    const store = new MemoryStore<Person>()
    const signalled = Promise.withResolvers<void>()
    const server = serverOf(
      async function* (turn) {
        yield* beginning(turn, 'half')
        await aborted(turn.signal)
        signalled.resolve()
      },
      {},
      store,
    )
    const first = await server.follow(create('one'), ada, { idempotencyKey: 'k' })
    await first.until('thread.item.updated')
    const { loadThread } = store
    const away = (): Promise<never> => Promise.reject(new ChatKitError('unavailable', 'away'))
    Object.assign(store, { requestStop: away, loadThread: away })
    expect(await server.ask(bodyOf(first.threadId), ada)).toEqual({ stopped: true })
    await signalled.promise
    store.loadThread = loadThread
    await first.toEnd()
    expect(wordsOf(await storedIn(server, first.threadId)).slice(0, 2)).toEqual(['one', 'half'])
    expect(await store.activeRun(first.threadId, scope)).toBeUndefined()
  })
})
