import * as fc from 'fast-check'
import { ended, openCall, retried, type Model, type ModelThread } from '../model.ts'
import type { Real } from '../real.ts'
import { alive, deed, oneOf, ready, refusalOf, which } from './deed.ts'
import { mustBe } from '../must-be.ts'

const input = (words: string): object => ({
  content: [{ type: 'input_text', text: words }],
  attachments: [],
  inference_options: {},
})

export const add = (threadId: string, words: string): object => ({
  type: 'threads.add_user_message',
  params: { thread_id: threadId, input: input(words) },
})

interface Message {
  words: string
  body: object
  stopsOnLeave: boolean
}

/** The thread that a run has begun with. */
async function made(model: Model, real: Real, runId: string): Promise<ModelThread> {
  const id = (await real.log(runId))?.run.threadId ?? ''
  const thread: ModelThread = { id, title: undefined, items: [], run: undefined, waiting: [] }
  model.threads.push(thread)
  return thread
}

/** Sends a message with a key, perhaps to several servers at once, and follows the one run that comes of it. */
async function send(
  model: Model,
  real: Real,
  thread: ModelThread | undefined,
  vias: readonly [number, ...number[]],
  { words, body, stopsOnLeave }: Message,
): Promise<void> {
  const key = `key ${real.next()}`
  const options = { idempotencyKey: key, clientFinishes: !stopsOnLeave }
  const [opener, ...others] = await Promise.all(vias.map((via) => real.stream(via, body, options)))
  if (!opener) return
  for (const { runId } of others) mustBe('the run of a key', runId, opener.runId)
  const answered = thread ?? (await made(model, real, opener.runId))
  if (answered.run) ended(answered, 'stopped')
  await real.arrive(model, answered, { key, body, words, opener, via: vias[0], stopsOnLeave })
}

export const words = (real: Real): string => `Question ${real.next()} 🤖`

export const create = deed({
  name: 'create',
  fields: fc.record({ via: which, stopsOnLeave: fc.boolean() }),
  isPossible: ({ threads }) => threads.length < 3,
  act: async (model, real, { via, stopsOnLeave }) => {
    const said = words(real)
    const body = { type: 'threads.create', params: { input: input(said) } }
    await send(model, real, undefined, [oneOf(alive(model), via)], { words: said, body, stopsOnLeave })
  },
})

export const sendMessage = deed({
  name: 'send',
  fields: fc.record({ thread: which, via: which, stopsOnLeave: fc.boolean() }),
  isPossible: (model) => ready(model).length > 0,
  act: async (model, real, { thread: number, via, stopsOnLeave }) => {
    const thread = oneOf(ready(model), number)
    const said = words(real)
    const body = add(thread.id, said)
    await send(model, real, thread, [oneOf(alive(model), via)], { words: said, body, stopsOnLeave })
  },
})

export const sendTwiceAtOnce = deed({
  name: 'send twice at once',
  fields: fc.record({ thread: which, vias: fc.tuple(which, which) }),
  isPossible: (model) => model.threads.some(({ run }) => !run),
  act: async (model, real, { thread: number, vias }) => {
    const idle = model.threads.filter(({ run }) => !run)
    const thread = oneOf(idle, number)
    const said = words(real)
    const [one, two] = vias.map((via) => oneOf(alive(model), via))
    const message = { words: said, body: add(thread.id, said), stopsOnLeave: false }
    await send(model, real, thread, [one ?? 0, two ?? 0], message)
  },
})

/** To a thread that is being answered: nothing of it may be left. */
export const sendRefused = deed({
  name: 'send to a busy thread',
  fields: fc.record({ thread: which, via: which }),
  isPossible: ({ policy, threads }) => policy === 'reject' && threads.some(({ run }) => run),
  act: async (model, real, { thread: number, via }) => {
    const { id, run } = oneOf(
      model.threads.filter((thread) => thread.run),
      number,
    )
    const sent = real.stream(oneOf(alive(model), via), add(id, words(real)))
    mustBe('the refusal of a busy thread', await refusalOf(sent), 'run_active')
    mustBe('the run that is in the way', await sent.catch((error) => error.runId), run?.id)
  },
})

export const sendAgain = deed({
  name: 'send again',
  fields: fc.record({ request: which, via: which, isChanged: fc.boolean() }),
  isPossible: ({ requests }) => requests.length > 0,
  act: async (model, real, { request: number, via, isChanged }) => {
    const { key, body, runId, threadId } = oneOf(model.requests, number)
    const node = oneOf(alive(model), via)
    const thread = model.threads.find(({ id }) => id === threadId)
    // Where others wait, only the request of an answer of this server does not stand behind them.
    const hasLine = thread?.waiting.some((message) => message.node === node)
    if (hasLine && !(thread?.run?.id === runId && thread.run.node === node)) return
    if (isChanged) {
      const refusal = await refusalOf(
        real.stream(node, { ...body, metadata: { x: 1 } }, { idempotencyKey: key }),
      )
      mustBe('another body under the key', refusal, 'idempotency_key_reused')
      return
    }
    const again = await real.stream(node, body, { idempotencyKey: key })
    mustBe('the run of a request that was sent again', again.runId, runId)
    const log = (await real.log(runId))?.entries ?? []
    const seen = []
    while (seen.length < log.length) seen.push(...(await again.next()))
    again.leave()
    mustBe('what is told again', seen, log)
  },
})

const isAsked = ({ kind, setAside }: ModelThread['items'][number]): boolean => kind === 'user' && !setAside

export const retry = deed({
  name: 'retry',
  fields: fc.record({ thread: which, item: which, via: which }),
  isPossible: (model) => ready(model).some(({ items }) => items.some(isAsked)),
  act: async (model, real, { thread: number, item, via }) => {
    const thread = oneOf(
      ready(model).filter(({ items }) => items.some(isAsked)),
      number,
    )
    const { id } = oneOf(thread.items.filter(isAsked), item)
    const node = oneOf(alive(model), via)
    const body = { type: 'threads.retry_after_item', params: { thread_id: thread.id, item_id: id } }
    const opener = await real.stream(node, body, { clientFinishes: true })
    if (thread.run) ended(thread, 'stopped')
    retried(thread, id)
    await real.begin(model, thread, { opener, via: node, stopsOnLeave: false, retried: id })
  },
})

export const giveToolOutput = deed({
  name: 'tool output',
  fields: fc.record({ thread: which, via: which }),
  isPossible: ({ threads }) => threads.some(({ run }) => !run),
  act: async (model, real, { thread: number, via }) => {
    const thread = oneOf(
      model.threads.filter(({ run }) => !run),
      number,
    )
    const node = oneOf(alive(model), via)
    const params = { thread_id: thread.id, result: { answer: 42 } }
    const sent = real.stream(
      node,
      { type: 'threads.add_client_tool_output', params },
      { clientFinishes: true },
    )
    const call = openCall(thread)
    if (!call) {
      mustBe('an output that nobody waits for', await refusalOf(sent), 'item_state_conflict')
      return
    }
    const opener = await sent
    delete call.open
    await real.begin(model, thread, { opener, via: node, stopsOnLeave: false })
  },
})
