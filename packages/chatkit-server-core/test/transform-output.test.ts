import { describe, expect, it } from 'vitest'
import {
  MemoryStore,
  StreamError,
  type ChatKitServerOptions,
  type ItemUpdate,
  type ThreadItem,
  type ThreadStreamEvent,
  type ThreadStreamEventType,
  type TransformOutput,
  type Turn,
} from '../src/index.ts'
import { aborted, forEver, HookedServer, wordsOf, type Hooks, type Person } from './hooked-server.ts'
import { ada, beginning, create, fields, resume, saying, scope, stop, storedIn } from './run-kit.ts'

const SECRET = 'sk-12345'

/** The value with the secret taken out of every text in it. */
function redacted<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll(SECRET, '[gone]')) as T
}
const redact: TransformOutput<Person> = (event) => redacted(event)

const serverOf = (
  hooks: Hooks,
  transformOutput: TransformOutput<Person>,
  options: Partial<ChatKitServerOptions<Person>> = {},
): HookedServer => new HookedServer(hooks, { ...options, transformOutput, store: new MemoryStore<Person>() })

/** Everything that is left of a thread, for anybody to find: its items, itself, and the events of its run. */
async function everything(server: HookedServer, threadId: string, runId: string): Promise<string> {
  const log = await server.store.readEvents(runId, 0, scope)
  const thread = await server.store.loadThread(threadId, scope)
  return JSON.stringify([await storedIn(server, threadId), thread, log])
}

const text = `The key is ${SECRET}.`
const widget = { type: 'Card' as const, children: [{ type: 'Text', id: 't', value: text }] }
const part = { type: 'output_text' as const, text, annotations: [] }
const task = { type: 'custom' as const, status_indicator: 'none' as const, title: text, content: text }
const source = { type: 'url' as const, url: 'https://example.org', title: text }

const itemsOf = (turn: Turn<Person>): Record<Exclude<ThreadItem['type'], 'user_message'>, ThreadItem> => ({
  assistant_message: saying(turn, text),
  client_tool_call: {
    ...fields(turn),
    type: 'client_tool_call',
    status: 'pending',
    call_id: 'call_1',
    name: 'open',
    arguments: { text },
  },
  widget: { ...fields(turn), type: 'widget', widget, copy_text: text },
  generated_image: { ...fields(turn), type: 'generated_image', image: { id: 'img', url: text } },
  structured_input: {
    ...fields(turn),
    type: 'structured_input',
    status: 'pending',
    inputs: [{ type: 'freeform', id: 'q', question: text }],
  },
  workflow: {
    ...fields(turn),
    type: 'workflow',
    workflow: { type: 'custom', tasks: [task], expanded: false, summary: { title: text } },
  },
  task: { ...fields(turn), type: 'task', task },
  end_of_turn: { ...fields(turn), type: 'end_of_turn' },
  hidden_context_item: { ...fields(turn), type: 'hidden_context_item', content: { text } },
  sdk_hidden_context: { ...fields(turn), type: 'sdk_hidden_context', content: text },
})

const updates: Record<ItemUpdate['type'], ItemUpdate> = {
  'assistant_message.content_part.added': {
    type: 'assistant_message.content_part.added',
    content_index: 0,
    content: part,
  },
  'assistant_message.content_part.text_delta': {
    type: 'assistant_message.content_part.text_delta',
    content_index: 0,
    delta: text,
  },
  'assistant_message.content_part.annotation_added': {
    type: 'assistant_message.content_part.annotation_added',
    content_index: 0,
    annotation_index: 0,
    annotation: { type: 'annotation', source },
  },
  'assistant_message.content_part.done': {
    type: 'assistant_message.content_part.done',
    content_index: 0,
    content: part,
  },
  'widget.streaming_text.value_delta': {
    type: 'widget.streaming_text.value_delta',
    component_id: 't',
    delta: text,
    done: false,
  },
  'widget.component.updated': {
    type: 'widget.component.updated',
    component_id: 't',
    component: { type: 'Text', id: 't', value: text },
  },
  'widget.root.updated': { type: 'widget.root.updated', widget },
  'workflow.task.added': { type: 'workflow.task.added', task_index: 0, task },
  'workflow.task.updated': { type: 'workflow.task.updated', task_index: 0, task },
  'generated_image.updated': { type: 'generated_image.updated', image: { id: 'img', url: text } },
}

const eventsOf = (turn: Turn<Person>): Record<ThreadStreamEventType, ThreadStreamEvent[]> => {
  const items = Object.values(itemsOf(turn))
  const thread = { ...turn.thread, title: text, items: { data: items, has_more: false } }
  return {
    'thread.created': [{ type: 'thread.created', thread }],
    'thread.updated': [{ type: 'thread.updated', thread }],
    'thread.item.added': items.map((item) => ({ type: 'thread.item.added', item })),
    'thread.item.updated': items.flatMap((item) =>
      Object.values(updates).map((update): ThreadStreamEvent => ({
        type: 'thread.item.updated',
        item_id: item.id,
        update,
      })),
    ),
    'thread.item.done': items.map((item) => ({ type: 'thread.item.done', item })),
    'thread.item.replaced': items.map((item) => ({ type: 'thread.item.replaced', item })),
    'thread.item.removed': [{ type: 'thread.item.removed', item_id: text }],
    stream_options: [{ type: 'stream_options', stream_options: { allow_cancel: true } }],
    progress_update: [{ type: 'progress_update', text }],
    client_effect: [{ type: 'client_effect', name: text, data: { text } }],
    error: [{ type: 'error', code: 'custom', message: text, allow_retry: false }],
    notice: [{ type: 'notice', level: 'info', message: text, title: text }],
  }
}

type Respond = NonNullable<Hooks['respond']>

describe('what an answer says passes transformOutput before it is stored and sent', () => {
  it.each<[string, TransformOutput<Person>]>([
    ['at once', redact],
    ['after a while', async (event) => redacted(await Promise.resolve(event))],
  ])('every event of every kind, %s', async (_when, transformOutput) => {
    const yielded: string[] = []
    const seen: string[] = []
    const respond: Respond = function* (turn) {
      for (const event of Object.values(eventsOf(turn)).flat()) {
        yielded.push(event.type)
        yield event
      }
    }
    const server = serverOf({ respond }, (event, turn) => {
      seen.push(event.type)
      return transformOutput(event, turn)
    })
    const following = await (await server.follow(create('Hello'), ada)).toEnd()
    expect(new Set(yielded).size).toBe(12)
    expect(seen).toEqual(yielded)
    expect(server.errors).toEqual([])
    const kept = await everything(server, following.threadId, following.reader.runId)
    expect(JSON.stringify(following.entries)).toContain('[gone]')
    expect(kept).toContain('[gone]')
    expect(kept + JSON.stringify(following.entries)).not.toContain(SECRET)
  })

  it.each(Object.keys(updates))('a message or widget that stays unfinished after %s', async (type) => {
    const update = updates[type as ItemUpdate['type']]
    const respond: Respond = async function* (turn) {
      const { assistant_message: message, widget: shown, workflow } = itemsOf(turn)
      const of = [message, shown, workflow].find((item) => type.startsWith(item.type)) ?? message
      const item = of.type === 'assistant_message' ? { ...of, content: [] } : of
      yield { type: 'thread.item.added', item }
      yield { type: 'thread.item.updated', item_id: item.id, update }
      throw new Error('the model is away')
    }
    const server = serverOf({ respond }, redact)
    const following = await (await server.follow(create('Hello'), ada)).toEnd()
    const kept = await everything(server, following.threadId, following.reader.runId)
    expect(kept).toContain('[gone]')
    expect(kept).not.toContain(SECRET)
  })

  it.each(['stop', 'failure'])('the words that a %s leaves, as a whole that no delta showed', async (end) => {
    const respond: Respond = async function* (turn) {
      yield* beginning(turn, 'The key is sk-', '12345.')
      if (end === 'failure') throw new StreamError(text)
      await aborted(turn.signal)
    }
    const server = serverOf({ respond }, redact)
    const following = await (await server.follow(create('Hello'), ada)).until('thread.item.updated', 2)
    if (end === 'stop') await server.ask(stop(following.threadId), ada)
    await following.toEnd()
    const words = wordsOf(await storedIn(server, following.threadId))
    expect(words[1]).toBe('The key is [gone].')
    const told = following.events.filter(({ type }) => type === 'error')
    expect(told).toMatchObject(end === 'stop' ? [] : [{ message: 'The key is [gone].' }])
  })

  it('what the application saves itself, and what it changes of the thread', async () => {
    const respond: Respond = async function* (turn) {
      await turn.store.saveItem(turn.thread.id, saying(turn, text))
      await turn.store.saveThread(turn.thread.id, { status: { type: 'locked', reason: text } })
      turn.thread.title = text
      yield { type: 'progress_update', text: 'one' }
      turn.thread.title = `${text} Again.`
    }
    const server = serverOf({ respond }, redact)
    const following = await (await server.follow(create('Hello'), ada)).toEnd()
    const kept = await everything(server, following.threadId, following.reader.runId)
    expect(kept).not.toContain(SECRET)
    expect(await server.store.loadThread(following.threadId, scope)).toMatchObject({
      title: 'The key is [gone]. Again.',
      status: { type: 'locked', reason: 'The key is [gone].' },
    })
    expect(following.types().filter((type) => type === 'thread.updated')).toHaveLength(2)
  })

  it('the answer of an action, streamed or at once', async () => {
    const server = serverOf(
      {
        action: function* (turn) {
          yield { type: 'notice', level: 'info', message: `${text} ${turn.action.type}` }
        },
        syncAction: (input) => {
          input.thread.title = text
          return saying(input as unknown as Turn<Person>, text)
        },
      },
      redact,
    )
    const { threadId } = await (await server.follow(create('Hello'), ada)).toEnd()
    const params = { thread_id: threadId, action: { type: 'go' } }
    const { events } = await (await server.follow({ type: 'threads.custom_action', params }, ada)).toEnd()
    expect(events.at(-1)).toMatchObject({ message: 'The key is [gone]. go' })
    const answer = await server.ask({ type: 'threads.sync_custom_action', params }, ada)
    expect(answer).toMatchObject({ updated_item: { content: [{ text: 'The key is [gone].' }] } })
    expect(await server.store.loadThread(threadId, scope)).toMatchObject({ title: 'The key is [gone].' })
  })
})

describe('what transformOutput drops', () => {
  it('is neither stored nor sent; a lock and an error stay, without their words', async () => {
    const respond: Respond = function* (turn) {
      for (const event of Object.values(eventsOf(turn)).flat()) yield event
      turn.thread.title = text
      turn.thread.status = { type: 'locked', reason: text }
      turn.thread.metadata = { course: 'c' }
      yield* beginning(turn, text)
      throw new StreamError(text)
    }
    const server = serverOf({ respond }, () => undefined)
    const { threadId, reader, ...following } = await (await server.follow(create('Hello'), ada)).toEnd()
    expect(following.entries.map(({ json }) => (JSON.parse(json) as { type: string }).type)).toEqual([
      'thread.created',
      'thread.item.done',
      'stream_options',
      'error',
      'thread.updated',
    ])
    expect(await everything(server, threadId, reader.runId)).not.toContain(SECRET)
    expect(await storedIn(server, threadId)).toHaveLength(1)
    const thread = await server.store.loadThread(threadId, scope)
    expect(thread).toMatchObject({ status: { type: 'locked' }, metadata: { course: 'c' } })
    expect(thread).not.toHaveProperty('title')
  })
})

describe('a transformOutput that fails', () => {
  const fails =
    (types: readonly string[]): TransformOutput<Person> =>
    (event) => {
      if (types.includes(event.type)) throw new Error(`the judge is away`)
      return event
    }

  it.each(['thread.item.added', 'thread.item.updated', 'thread.item.done', 'notice', 'thread.updated'])(
    'at %s ends the answer with an error, and what it has not passed is nowhere',
    async (type) => {
      const respond: Respond = async function* (turn) {
        if (type === 'thread.updated') turn.thread.title = text
        yield { type: 'progress_update', text: 'Looking.' }
        if (type === 'notice') yield { type: 'notice', level: 'info', message: text }
        // With a failure at the item that is done, its deltas were passed: they are not what is looked for.
        yield* type === 'thread.item.done' ? [] : beginning(turn, text)
        yield { type: 'thread.item.done', item: saying(turn, text) }
      }
      const server = serverOf({ respond }, fails([type]))
      const following = await (await server.follow(create('Hello'), ada)).toEnd()
      expect(following.events.at(-1)).toEqual({ type: 'error', code: 'stream.error', allow_retry: true })
      const kept = await everything(server, following.threadId, following.reader.runId)
      expect(kept).not.toContain(SECRET)
      expect(server.errors).toMatchObject([{ message: 'the judge is away' }])
    },
  )

  it('at the words that are left keeps none of them, and the thread is free for the next answer', async () => {
    let mayFinish = false
    const respond: Respond = async function* (turn) {
      yield* beginning(turn, 'The key is sk-', '12345.')
      if (!mayFinish) await aborted(turn.signal)
    }
    const server = serverOf({ respond }, fails(['thread.item.done']))
    const following = await (await server.follow(create('Hello'), ada)).until('thread.item.updated', 2)
    await server.ask(stop(following.threadId), ada)
    await following.toEnd()
    expect(following.events.at(-1)).toMatchObject({ type: 'error', code: 'stream.error' })
    expect(wordsOf(await storedIn(server, following.threadId))).toEqual(['Hello'])
    mayFinish = true
    await expect(server.follow(resume(following.threadId), ada)).rejects.toMatchObject({ code: 'run_gone' })
  })

  it('of an action that answers at once fails the request', async () => {
    const server = serverOf(
      { syncAction: (input) => saying(input as unknown as Turn<Person>, text) },
      fails(['thread.item.done']),
    )
    const { threadId } = await (await server.follow(create('Hello'), ada)).toEnd()
    const params = { thread_id: threadId, action: { type: 'go' } }
    await expect(server.process({ type: 'threads.sync_custom_action', params }, ada)).rejects.toThrow('judge')
  })

  it('never to answer does not keep an answer from being stopped', async () => {
    const respond: Respond = (turn) => beginning(turn, text)
    const server = serverOf({ respond }, (event) =>
      event.type === 'thread.item.updated' ? forEver() : event,
    )
    const following = await (await server.follow(create('Hello'), ada)).until('thread.item.added')
    await server.ask(stop(following.threadId), ada)
    await following.toEnd()
    expect(JSON.stringify(following.entries)).not.toContain(SECRET)
    expect(wordsOf(await storedIn(server, following.threadId))).toEqual(['Hello', 'sdk_hidden_context'])
  })
})

it('transformOutput is told of the turn with one object, in which it can keep what it holds back', async () => {
  const held = new WeakMap<object, string>()
  const server = serverOf(
    { respond: (turn) => beginning(turn, 'The key is sk-', '12345.', ' Bye.') },
    (event, turn) => {
      if (event.type !== 'thread.item.updated' || !('delta' in event.update)) return redacted(event)
      const { update } = event
      const whole = (held.get(turn) ?? '') + update.delta
      const keep = /sk-\d*$/.exec(whole)?.[0] ?? ''
      held.set(turn, keep)
      const delta = whole.slice(0, whole.length - keep.length)
      return delta === '' ? undefined : redacted({ ...event, update: { ...update, delta } })
    },
  )
  const following = await (await server.follow(create('Hello'), ada)).toEnd()
  const deltas = following.events.flatMap((event) =>
    event.type === 'thread.item.updated' && 'delta' in event.update ? [event.update.delta] : [],
  )
  expect(deltas).toEqual(['The key is ', '[gone].', ' Bye.'])
})
