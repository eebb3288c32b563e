import { describe, expect, it } from 'vitest'
import { MemoryStore, textStream, type ThreadStreamEvent } from '../src/index.ts'
import { wordsOf, type Person } from './hooked-server.ts'
import {
  ada,
  add,
  beginning,
  create,
  delta,
  grace,
  newThread,
  resume,
  restOf,
  said,
  saying,
  serverOf,
  stop,
  storedIn,
  echo,
  half,
} from './run-kit.ts'

describe('a request with an idempotency key', () => {
  it('sent again gives the same run and the same events, and is answered once', async () => {
    let calls = 0
    const server = serverOf((turn) => {
      calls += 1
      return echo(turn)
    })
    const send = async () => (await server.follow(create('Hi'), ada, { idempotencyKey: 'k' })).toEnd()
    const [first, again] = [await send(), await send()]
    expect(again.reader.runId).toBe(first.reader.runId)
    expect(again.entries).toEqual(first.entries)
    expect(calls).toBe(1)
  })

  it('sent several times at once is answered once', async () => {
    let calls = 0
    const server = serverOf((turn) => {
      calls += 1
      return echo(turn)
    })
    const all = await Promise.all(
      [1, 2, 3, 4].map(async () => (await server.follow(create('Hi'), ada, { idempotencyKey: 'k' })).toEnd()),
    )
    expect(new Set(all.map(({ reader }) => reader.runId)).size).toBe(1)
    for (const one of all) expect(one.entries).toEqual(all[0]?.entries)
    expect(calls).toBe(1)
    const threads = await server.ask<{ data: unknown[] }>({ type: 'threads.list', params: {} }, ada)
    expect(threads.data).toHaveLength(1)
  })

  it('sent again while the answer is being written joins it', async () => {
    const gate = Promise.withResolvers<void>()
    const server = serverOf(async function* (turn) {
      yield* beginning(turn, 'half')
      await gate.promise
    })
    const id = (await (await server.follow(create('Hi'), ada)).until('thread.item.updated')).threadId
    gate.resolve()
    const first = await server.follow(add(id, 'x'), ada, { idempotencyKey: 'k' })
    const again = await server.follow(add(id, 'x'), ada, { idempotencyKey: 'k' })
    await Promise.all([first.toEnd(), again.toEnd()])
    expect(again.entries).toEqual(first.entries)
  })

  it('is refused with another body', async () => {
    const server = serverOf(echo)
    await (await server.follow(create('Hi'), ada, { idempotencyKey: 'k' })).toEnd()
    await expect(server.process(create('Ho'), ada, { idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
      status: 422,
    })
  })

  it('is another request where somebody else sends it', async () => {
    const server = serverOf(echo)
    const mine = await (await server.follow(create('Hi'), ada, { idempotencyKey: 'k' })).toEnd()
    const theirs = await (await server.follow(create('Hi'), grace, { idempotencyKey: 'k' })).toEnd()
    expect(theirs.reader.runId).not.toBe(mine.reader.runId)
  })

  it('gives the same items when the log is gone, and is forgotten after a day', async () => {
    let timeMs = 0
    let calls = 0
    const store = new MemoryStore<Person>({ now: () => timeMs, keepLogMs: 1_000 })
    const server = serverOf(
      (turn) => {
        calls += 1
        return echo(turn)
      },
      {},
      store,
    )
    const send = async () => (await server.follow(create('Hi'), ada, { idempotencyKey: 'k' })).toEnd()
    const first = await send()
    timeMs = 2_000
    await newThread(server, 'something else')
    const again = await send()
    expect(again.types()).toEqual(['thread.item.done', 'thread.item.done'])
    const doneOf = (events: ThreadStreamEvent[]) => events.filter(({ type }) => type === 'thread.item.done')
    expect(doneOf(again.events)).toEqual(doneOf(first.events))
    timeMs = 25 * 60 * 60 * 1_000
    await send()
    expect(calls).toBe(3)
  })
})

describe('a resume', () => {
  it('gives the rest from every cursor, with no gap and no repetition', async () => {
    const server = serverOf((turn) => textStream(turn, 'a few words to cut'.split(/(?= )/)))
    const whole = await (await server.follow(create('Hi'), ada)).toEnd()
    const { runId } = whole.reader
    expect(whole.entries.map(({ seq }) => seq)).toEqual(whole.entries.map((_, index) => index + 1))
    for (let cut = 0; cut <= whole.entries.length; cut++) {
      const rest = await restOf(server, whole.threadId, `${runId}:${cut}`)
      expect([rest.reader.runId, rest.reader.after]).toEqual([runId, cut])
      expect(rest.entries).toEqual(whole.entries.slice(cut))
      const reply = await server.follow(create('Hi'), ada, { lastEventId: `${runId}:${cut}` })
      expect((await reply.toEnd()).entries).toEqual(whole.entries.slice(cut))
    }
    const threads = await server.ask<{ data: unknown[] }>({ type: 'threads.list', params: {} }, ada)
    expect(threads.data).toHaveLength(1)
  })

  it('through another server looks into the store when it is told of more, and not in between', async () => {
    const store = new MemoryStore<Person>()
    const steps = Array.from({ length: 20 }, () => Promise.withResolvers<void>())
    const server = serverOf(
      async function* (turn) {
        const [added] = beginning(turn)
        if (added?.type !== 'thread.item.added') return
        yield added
        for (const [index, step] of steps.entries()) {
          await step.promise
          yield delta(added.item.id, `${index} `)
        }
      },
      {},
      store,
    )
    const { readEvents } = store
    let looks = 0
    store.readEvents = (...args) => {
      looks += 1
      return readEvents(...args)
    }
    const { threadId } = await (await server.follow(create('Hi'), ada)).until('thread.item.added')
    const there = await serverOf(echo, {}, store).follow(resume(threadId), ada)
    await there.until('thread.item.added')
    const before = looks
    for (const [index, step] of steps.entries()) {
      step.resolve()
      await there.until('thread.item.updated', index + 1)
    }
    // It looks by itself twice a second, too, and this may take a while.
    expect(looks - before).toBeLessThan(1.5 * steps.length)
    there.reader.leave()
  })

  it('joins an answer under way at every point of it', async () => {
    const steps = Array.from({ length: 6 }, () => Promise.withResolvers<void>())
    const server = serverOf(async function* (turn) {
      const [added] = beginning(turn)
      if (added?.type !== 'thread.item.added') return
      yield added
      for (const [index, step] of steps.entries()) {
        await step.promise
        yield delta(added.item.id, `${index} `)
      }
    })
    const whole = await (await server.follow(create('Hi'), ada)).until('thread.item.added')
    const { runId } = whole.reader
    const readers = []
    for (const [index, step] of steps.entries()) {
      const cut = whole.entries.length
      readers.push({ cut, reading: restOf(server, whole.threadId, `${runId}:${cut}`) })
      const dropped = await server.follow(resume(whole.threadId, `${runId}:0`), ada)
      expect((await dropped.until('thread.item.added')).entries).toEqual(
        whole.entries.slice(0, dropped.entries.length),
      )
      dropped.reader.leave()
      step.resolve()
      await whole.until('thread.item.updated', index + 1)
    }
    await whole.toEnd()
    for (const { cut, reading } of readers) {
      expect((await reading).entries).toEqual(whole.entries.slice(cut))
    }
    expect(wordsOf(await storedIn(server, whole.threadId))).toEqual(['Hi', '0 1 2 3 4 5 '])
  })

  it('without a cursor follows the answer under way from its beginning', async () => {
    const server = serverOf(half)
    const whole = await (await server.follow(create('Hi'), ada)).until('thread.item.updated')
    const again = await (await server.follow(resume(whole.threadId), ada)).until('thread.item.updated')
    expect(again.entries).toEqual(whole.entries)
    await server.ask(stop(whole.threadId), ada)
    await again.toEnd()
    await expect(server.process(resume(whole.threadId), ada)).rejects.toMatchObject({
      code: 'run_gone',
      status: 409,
    })
  })

  it('goes on from the last event that its own stream sent, whatever its body says', async () => {
    const server = serverOf(echo)
    const whole = await (await server.follow(create('Hi'), ada)).toEnd()
    const { runId } = whole.reader
    const again = await server.follow(resume(whole.threadId, `${runId}:1`), ada, {
      lastEventId: `${runId}:4`,
    })
    expect((await again.toEnd()).entries).toEqual(whole.entries.slice(4))
  })

  it('of a run that is unknown, or of another thread, is refused', async () => {
    const server = serverOf(echo)
    const [one, two] = [await newThread(server), await (await server.follow(create('Hi'), ada)).toEnd()]
    const gone = { code: 'run_gone', status: 409 }
    await expect(server.process(resume(one, 'run_0:1'), ada)).rejects.toMatchObject(gone)
    await expect(server.process(resume(one, `${two.reader.runId}:1`), ada)).rejects.toMatchObject(gone)
    await expect(server.process(resume(one, 'nonsense'), ada)).rejects.toMatchObject({
      code: 'request_invalid',
    })
  })

  it('gives the items of an answer whose log is gone', async () => {
    const server = serverOf(echo, {}, new MemoryStore<Person>({ maxLogBytes: 0 }))
    const whole = await (await server.follow(create('Hi'), ada)).toEnd()
    const rest = await restOf(server, whole.threadId, `${whole.reader.runId}:3`)
    expect(
      wordsOf(rest.events.flatMap((event) => (event.type === 'thread.item.done' ? [event.item] : []))),
    ).toEqual(['Hi', 're: Hi'])
    expect(rest.entries.every(({ seq }) => seq > 3)).toBe(true)
  })
})

describe('a thread that is opened during an answer', () => {
  it('shows the words so far, with the cursor from which the rest follows, at every point', async () => {
    const texts = ['Sun', 'ny ', 'to', 'day']
    const steps = texts.map(() => Promise.withResolvers<void>())
    const server = serverOf(async function* (turn) {
      const item = saying(turn, '')
      yield { type: 'thread.item.added', item: { ...item, content: [] } }
      for (const [index, step] of steps.entries()) {
        await step.promise
        yield delta(item.id, texts[index] ?? '')
      }
      yield { type: 'thread.item.done', item: saying({ ...turn, generateId: () => item.id }, texts.join('')) }
    })
    const following = await (await server.follow(create('Hi'), ada)).until('thread.item.added')
    const { threadId } = following
    const rests = []
    for (const [count, step] of steps.entries()) {
      const reply = await server.process({ type: 'threads.get_by_id', params: { thread_id: threadId } }, ada)
      if (reply.kind !== 'json') throw new Error('a stream')
      const { items } = JSON.parse(reply.json) as Awaited<ReturnType<typeof server.thread>>
      expect(wordsOf(items.data)).toEqual(['Hi', texts.slice(0, count).join('')])
      const seq = following.entries.length
      expect(reply.cursor).toBe(`${following.reader.runId}:${seq}`)
      rests.push({ seq, reading: restOf(server, threadId, `${following.reader.runId}:${seq}`) })
      step.resolve()
      await following.until('thread.item.updated', count + 1)
    }
    await following.toEnd()
    for (const { seq, reading } of rests) {
      expect((await reading).entries).toEqual(following.entries.slice(seq))
    }
    const closed = await server.process({ type: 'threads.get_by_id', params: { thread_id: threadId } }, ada)
    expect(closed).toMatchObject({ cursor: undefined })
  })

  it.each(['listItems', 'activeRun'] as const)(
    'misses nothing of an answer that ends right behind %s()',
    async (method) => {
      const gate = Promise.withResolvers<void>()
      const store = new MemoryStore<Person>()
      const server = serverOf(
        async function* (turn) {
          yield* beginning(turn)
          await gate.promise
          yield { type: 'thread.item.done', item: saying(turn, 'the end') }
        },
        {},
        store,
      )
      const following = await (await server.follow(create('Hi'), ada)).until('thread.item.added')
      const read = store[method] as (...args: unknown[]) => Promise<unknown>
      Object.assign(store, {
        [method]: async (...args: unknown[]) => {
          const value = await read(...args)
          gate.resolve()
          await following.toEnd()
          return value
        },
      })
      const { items } = await server.thread(following.threadId, ada)
      expect(wordsOf(items.data)).toContain('the end')
    },
  )

  it('gives every item once and in its place, whatever the pages', async () => {
    const server = serverOf(async function* (turn) {
      if (said(turn) === 'one') return yield* echo(turn)
      for (const text of ['a', 'b', 'c']) yield { type: 'thread.item.done', item: saying(turn, text) }
      yield* half(turn)
    })
    const id = await newThread(server, 'one')
    const following = await (await server.follow(add(id, 'two'), ada)).until('thread.item.updated')
    const all = ['one', 're: one', 'two', 'a', 'b', 'c', 'half of two']
    for (const order of ['asc', 'desc'] as const) {
      for (const limit of [1, 2, 3, 6, 100]) {
        const words: string[] = []
        for (let after: string | undefined; ;) {
          const params = { thread_id: id, limit, order, ...(after === undefined ? {} : { after }) }
          const page = await server.ask<Awaited<ReturnType<typeof server.thread>>['items']>(
            { type: 'items.list', params },
            ada,
          )
          words.push(...wordsOf(page.data))
          if (!page.has_more) break
          after = page.after
        }
        expect([order, limit, words]).toEqual([order, limit, order === 'asc' ? all : all.toReversed()])
      }
    }
    following.reader.leave()
    await server.close({ graceMs: 0 })
  })
})
