import { expect, it } from 'vitest'
import { MemoryStore, type AttachmentStore, type UserMessageItem } from '../src/index.ts'
import { aborted, type Person } from './hooked-server.ts'
import { ada, add, create, echo, half, resume, said, scope, serverOf, stop } from './run-kit.ts'

/** A store that keeps the events of some runs waiting until the gate is opened. */
function slowStore(): { store: MemoryStore<Person>; slow: Set<string>; open: () => void } {
  const store = new MemoryStore<Person>()
  const { appendDeltas } = store
  const slow = new Set<string>()
  const gate = Promise.withResolvers<void>()
  store.appendDeltas = async (run, entries) => {
    if (slow.has(run.id) && entries.length > 0) await gate.promise
    return appendDeltas(run, entries)
  }
  return { store, slow, open: gate.resolve }
}

it('counters tell who reads, who waits, and what is not stored yet', async () => {
  const { store, slow, open } = slowStore()
  const gate = Promise.withResolvers<void>()
  const server = serverOf(
    async function* (turn) {
      await gate.promise
      slow.add(turn.run.id)
      yield* echo(turn)
    },
    { onBusy: 'wait' },
    store,
  )
  const none = { activeRuns: 0, readers: 0, waiting: 0, unstoredEvents: 0 }
  expect(server.counters()).toEqual({ ...none, eventsWritten: 0, flushes: 0 })
  const first = await (await server.follow(create('one'), ada)).until('stream_options')
  const second = await server.follow(resume(first.threadId), ada)
  const next = server.follow(add(first.threadId, 'two'), ada)
  await expect.poll(() => server.counters()).toMatchObject({ activeRuns: 1, readers: 2, waiting: 1 })
  second.reader.leave()
  second.reader.leave()
  expect(server.counters().readers).toBe(1)
  gate.resolve()
  await expect.poll(() => server.counters().unstoredEvents).toBeGreaterThan(0)
  open()
  await first.toEnd()
  await (await next).toEnd()
  await server.close()
  expect(server.counters()).toMatchObject(none)
})

it('no answer is asked for more while the process has too much that is not stored', async () => {
  const { store, slow, open } = slowStore()
  const asked: (string | undefined)[] = []
  const gate = Promise.withResolvers<void>()
  const server = serverOf(
    async function* (turn) {
      const who = said(turn)
      asked.push(who)
      if (who === 'one') {
        await gate.promise
        slow.add(turn.run.id)
        yield { type: 'progress_update', text: 'x'.repeat(1_000) }
        await aborted(turn.signal)
      }
      yield* echo(turn)
    },
    { limits: { maxUnstoredBytes: 1_000 } },
    store,
  )
  const first = await (await server.follow(create('one'), ada)).until('stream_options')
  gate.resolve()
  await expect.poll(() => server.counters().unstoredEvents).toBe(1)
  const [second, third] = await Promise.all(['two', 'three'].map((text) => server.follow(create(text), ada)))
  await Promise.all([second?.until('stream_options'), third?.until('stream_options')])
  // A stop needs no room.
  expect(await server.ask(stop(third?.threadId ?? ''), ada)).toEqual({ stopped: true })
  await third?.toEnd()
  expect(asked).toEqual(['one'])
  open()
  await second?.toEnd()
  expect(asked).toEqual(['one', 'two'])
  await server.ask(stop(first.threadId), ada)
  await first.toEnd()
  expect(server.counters()).toMatchObject({ activeRuns: 0, unstoredEvents: 0 })
})

it('what is left of an answer that cannot be stored is not counted for ever', async () => {
  const store = new MemoryStore<Person>()
  const { appendDeltas } = store
  store.appendDeltas = (run, entries) =>
    entries.some(({ json }) => json.includes('half'))
      ? Promise.reject(new Error('away'))
      : appendDeltas(run, entries)
  const server = serverOf(half, {}, store)
  await (await server.follow(create('one'), ada)).toEnd()
  expect(server.counters()).toMatchObject({ activeRuns: 0, readers: 0, unstoredEvents: 0 })
})

it('attachments have URLs that work also where the log of their answer is gone', async () => {
  const store = new MemoryStore<Person>({ maxLogBytes: 0 })
  await store.saveAttachment(
    { id: 'atc_1', type: 'file', name: 'a.pdf', mime_type: 'application/pdf' },
    scope,
  )
  const attachmentStore: AttachmentStore<Person> = {
    create: () => Promise.reject(new Error('none')),
    read: () => Promise.reject(new Error('none')),
    sign: async (attachment) => ({ ...attachment, name: 'signed.pdf' }),
    delete: async () => {},
  }
  const server = serverOf(echo, { attachmentStore }, store)
  const input = {
    content: [{ type: 'input_text', text: 'Hi' }],
    attachments: ['atc_1'],
    inference_options: {},
  }
  const first = await (await server.follow({ type: 'threads.create', params: { input } }, ada)).toEnd()
  const rest = await (await server.follow(resume(first.threadId, `${first.reader.runId}:0`), ada)).toEnd()
  const [message] = rest.events.flatMap((event) =>
    event.type === 'thread.item.done' && event.item.type === 'user_message' ? [event.item] : [],
  ) satisfies UserMessageItem[]
  expect(message?.attachments).toMatchObject([{ id: 'atc_1', name: 'signed.pdf' }])
})
