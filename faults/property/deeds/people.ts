import * as fc from 'fast-check'
import { ended, type Model } from '../model.ts'
import { alive, answering, deed, oneOf, refusalOf, which } from './deed.ts'
import { mustBe } from '../must-be.ts'

const anyThread = fc.record({ thread: which, via: which })
const hasThreads = ({ threads }: Model): boolean => threads.length > 0

export const stop = deed({
  name: 'stop',
  fields: fc.record({ thread: which, via: which, isByKey: fc.boolean() }),
  isPossible: hasThreads,
  act: async (model, real, { thread: number, via, isByKey }) => {
    const thread = oneOf(model.threads, number)
    const { run } = thread
    const request = model.requests.find(({ runId }) => runId === run?.id)
    const params = isByKey && request ? { idempotency_key: request.key } : { thread_id: thread.id }
    const node = oneOf(alive(model), via)
    const reply = await real.ask(node, { type: 'threads.stop', params })
    mustBe('whether there was something to stop', reply, { stopped: run !== undefined })
    if (run?.node === node) mustBe('whether it is wanted', real.world.stage.isWanted(run.id), false)
    // A server that is dead does not hear of it.
    if (!run || run.isOrphan) return
    await real.witness(run).toEnd()
    ended(thread, 'stopped')
  },
})

export const leave = deed({
  name: 'leave',
  fields: fc.record({ thread: which }),
  isPossible: (model) => answering(model).length > 0,
  act: async (model, real, { thread: number }) => {
    const thread = oneOf(answering(model), number)
    const { run } = thread
    if (!run) return
    real.leave(run)
    if (!run.stopsOnLeave) return
    await real.witness(run).toEnd()
    ended(thread, 'stopped')
  },
})

export const cut = deed({
  name: 'cut',
  fields: fc.record({ thread: which }),
  isPossible: hasThreads,
  act: async (model, real, { thread: number }) => real.tab(oneOf(model.threads, number).id).cut(),
})

export const resume = deed({
  name: 'resume',
  fields: anyThread,
  isPossible: hasThreads,
  act: async (model, real, { thread: number, via }) => {
    const { id } = oneOf(model.threads, number)
    const tab = real.tab(id)
    const { unread } = tab
    if (!unread) return
    const node = oneOf(alive(model), via)
    tab.cut()
    tab.resume(await real.resume(node, id, unread.cursor), node)
  },
})

/** The cursor of one thread leads nowhere in another. */
export const resumeElsewhere = deed({
  name: 'resume elsewhere',
  fields: fc.record({ request: which, thread: which, via: which }),
  isPossible: ({ threads, requests }) => threads.length > 1 && requests.length > 0,
  act: async (model, real, { request, thread: number, via }) => {
    const { runId, threadId } = oneOf(model.requests, request)
    const others = model.threads.filter(({ id }) => id !== threadId)
    const resumed = real.resume(oneOf(alive(model), via), oneOf(others, number).id, `${runId}:0`)
    mustBe('a cursor of another thread', await refusalOf(resumed), 'run_gone')
  },
})

export const rename = deed({
  name: 'rename',
  fields: anyThread,
  isPossible: hasThreads,
  act: async (model, real, { thread: number, via }) => {
    const thread = oneOf(model.threads, number)
    const title = `Renamed ${real.next()}`
    const params = { thread_id: thread.id, title }
    await real.ask(oneOf(alive(model), via), { type: 'threads.update', params })
    thread.title = title
  },
})

export const remove = deed({
  name: 'delete',
  fields: anyThread,
  isPossible: hasThreads,
  act: async (model, real, { thread: number, via }) => {
    const thread = oneOf(model.threads, number)
    const { id, run } = thread
    const node = oneOf(alive(model), via)
    await real.ask(node, { type: 'threads.delete', params: { thread_id: id } })
    if (run?.node === node) mustBe('whether it is wanted', real.world.stage.isWanted(run.id), false)
    model.threads.splice(model.threads.indexOf(thread), 1)
    model.requests = model.requests.filter(({ threadId }) => threadId !== id)
    for (const known of model.runs.values()) if (known.threadId === id) model.runs.delete(known.id)
    for (const message of thread.waiting) {
      mustBe('a message to a thread that is gone', await refusalOf(real.replyTo(message)), 'thread_not_found')
    }
    await real.tab(id).endsWithThread()
    if (run && !run.isOrphan) await real.witness(run).toEnd()
    if (run) mustBe('the log of a deleted thread', await real.log(run.id), undefined)
    const again = { type: 'threads.get_by_id', params: { thread_id: id } }
    mustBe('a deleted thread', await refusalOf(real.ask(node, again)), 'thread_not_found')
  },
})

/** Somebody else tries everything. */
export const intrude = deed({
  name: 'intrude',
  fields: anyThread,
  isPossible: hasThreads,
  act: async (model, real, { thread: number, via }) => {
    const eve = { userId: `eve ${real.next()} of ${real.world.ada.userId}` }
    const { id, run, items } = oneOf(model.threads, number)
    const node = oneOf(alive(model), via)
    const input = { content: [], attachments: [], inference_options: {} }
    const asks = [
      { type: 'threads.get_by_id', params: { thread_id: id } },
      { type: 'items.list', params: { thread_id: id } },
      { type: 'threads.update', params: { thread_id: id, title: 'mine' } },
      { type: 'threads.delete', params: { thread_id: id } },
      { type: 'threads.stop', params: { thread_id: id } },
    ]
    const streams = [
      { type: 'threads.add_user_message', params: { thread_id: id, input } },
      { type: 'threads.retry_after_item', params: { thread_id: id, item_id: items[0]?.id ?? 'msg_0' } },
      { type: 'threads.resume', params: { thread_id: id } },
      { type: 'threads.resume', params: { thread_id: id, after: `${run?.id ?? 'run_0'}:0` } },
    ]
    for (const body of asks) mustBe(body.type, await refusalOf(real.ask(node, body, eve)), 'thread_not_found')
    for (const body of streams)
      mustBe(body.type, await refusalOf(real.stream(node, body, {}, eve)), 'thread_not_found')
    const list = await real.ask(node, { type: 'threads.list', params: {} }, eve)
    mustBe('the threads of somebody who has none', list, { data: [], has_more: false })
    const last = model.requests.at(-1)
    if (!last) return
    const byKey = { type: 'threads.stop', params: { idempotency_key: last.key } }
    mustBe('a stop by the key of somebody else', await real.ask(node, byKey, eve), { stopped: false })
    const ownThread = { type: 'threads.create', params: { input } }
    const own = await real.stream(node, ownThread, { idempotencyKey: last.key }, eve)
    mustBe('whether it is the run of somebody else', own.runId === last.runId, false)
    own.leave()
    const cursor = { lastEventId: `${last.runId}:0` }
    const resumed = real.stream(node, last.body, cursor, eve)
    mustBe('the cursor of somebody else', await refusalOf(resumed), 'thread_not_found')
  },
})
