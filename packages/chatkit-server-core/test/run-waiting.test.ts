import { expect, it } from 'vitest'
import { MemoryStore } from '../src/index.ts'
import { wordsOf, type Person } from './hooked-server.ts'
import { ada, add, create, echo, grace, half, said, scope, serverOf, storedIn } from './run-kit.ts'

const stopKey = (key: string): object => ({ type: 'threads.stop', params: { idempotency_key: key } })

it('a stop takes back a message that still waits for its thread, and nobody else’s', async () => {
  const gate = Promise.withResolvers<void>()
  const server = serverOf(
    async function* (turn) {
      if (said(turn) === 'one') await gate.promise
      yield* echo(turn)
    },
    { onBusy: 'wait' },
  )
  const first = await (await server.follow(create('one'), ada)).until('stream_options')
  const send = (text: string) => server.follow(add(first.threadId, text), ada, { idempotencyKey: text })
  const sent = [send('two'), send('three'), send('four')]
  const results = Promise.allSettled(sent)
  await expect.poll(() => server.counters().waiting).toBe(3)
  expect(await server.ask(stopKey('three'), grace)).toEqual({ stopped: false })
  expect(await server.ask(stopKey('two'), ada)).toEqual({ stopped: true })
  expect(await server.ask(stopKey('three'), ada)).toEqual({ stopped: true })
  gate.resolve()
  const refused = { status: 'rejected', reason: { code: 'run_active', status: 409 } }
  expect(await results).toMatchObject([refused, refused, { status: 'fulfilled' }])
  await (await sent[2])?.toEnd()
  expect(wordsOf(await storedIn(server, first.threadId))).toEqual(['one', 're: one', 'four', 're: four'])
})

it.each(['interrupt', 'reject'] as const)(
  'an action waits for the answer that is being written (%s)',
  async (onBusy) => {
    const gate = Promise.withResolvers<void>()
    const server = serverOf(
      async function* (turn) {
        await gate.promise
        yield* echo(turn)
      },
      { onBusy },
    )
    server.hooks.action = () => [{ type: 'notice', level: 'info', message: 'pressed' }]
    const first = await (await server.follow(create('one'), ada)).until('stream_options')
    const params = { thread_id: first.threadId, action: { type: 'go' } }
    const pressed = server.follow({ type: 'threads.custom_action', params }, ada)
    await expect.poll(() => server.counters().waiting).toBe(1)
    gate.resolve()
    await first.toEnd()
    expect((await (await pressed).toEnd()).types()).toContain('notice')
    expect(wordsOf(await storedIn(server, first.threadId))).toEqual(['one', 're: one'])
  },
)

it.each([
  ['takes it back', false, 'rejected', undefined],
  ['stops its answer', true, 'fulfilled', 'stopped'],
])('a stop that meets its message on the way in %s', async (_what, isFree, becomes, status) => {
  const store = new MemoryStore<Person>()
  const server = serverOf(half, { onBusy: 'wait' }, store)
  const first = await (await server.follow(create('one'), ada)).until('thread.item.updated')
  const { openTurn } = store
  const trying = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  let tries = 0
  store.openTurn = async (opening, of) => {
    // The second one is made in line.
    if (++tries === 2) {
      trying.resolve()
      await gate.promise
    }
    return openTurn(opening, of)
  }
  const sent = server.follow(add(first.threadId, 'two'), ada, { idempotencyKey: 'two' })
  const result = Promise.allSettled([sent.then((following) => following.toEnd())])
  await trying.promise
  const again = server.follow(add(first.threadId, 'two'), ada, { idempotencyKey: 'two' })
  const ofAgain = Promise.allSettled([again])
  await expect.poll(() => server.counters().waiting).toBe(2)
  if (isFree) {
    await server.ask({ type: 'threads.stop', params: { thread_id: first.threadId } }, ada)
    await first.toEnd()
  }
  const stopped = server.ask(stopKey('two'), ada)
  gate.resolve()
  expect(await stopped).toEqual({ stopped: true })
  const [outcome] = await result
  expect(outcome?.status).toBe(becomes)
  const runId = outcome?.status === 'fulfilled' ? outcome.value.reader.runId : ''
  expect((await store.readEvents(runId, 0, scope))?.status).toBe(status)
  expect(await ofAgain).toMatchObject([{ status: 'rejected', reason: { code: 'run_active' } }])
  await server.close({ graceMs: 0 })
})

it('the request of the active answer, sent again, is answered at once, however many wait', async () => {
  const server = serverOf(half, { onBusy: 'wait' })
  const first = await server.follow(create('one'), ada, { idempotencyKey: 'k1' })
  await first.until('thread.item.updated')
  const waiting = Promise.allSettled([server.follow(add(first.threadId, 'two'), ada)])
  await expect.poll(() => server.counters().waiting).toBe(1)
  const again = await server.follow(create('one'), ada, { idempotencyKey: 'k1' })
  expect(again.reader.runId).toBe(first.reader.runId)
  await server.close({ graceMs: 0 })
  expect(await waiting).toMatchObject([{ status: 'rejected' }])
})

it('a stop that comes while the end is being stored is told that the answer is over', async () => {
  const store = new MemoryStore<Person>()
  const { closeRun } = store
  const closing = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  store.closeRun = async (...ending) => {
    closing.resolve()
    await gate.promise
    return closeRun(...ending)
  }
  const server = serverOf(echo, {}, store)
  const following = await (await server.follow(create('Hi'), ada)).until('thread.item.done', 2)
  await closing.promise
  const stop = { type: 'threads.stop', params: { thread_id: following.threadId } }
  expect(await server.ask(stop, ada)).toEqual({ stopped: false })
  gate.resolve()
  await following.toEnd()
  expect(wordsOf(await storedIn(server, following.threadId))).toEqual(['Hi', 're: Hi'])
})
