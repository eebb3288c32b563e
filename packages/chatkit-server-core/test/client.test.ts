import { describe, expect, it } from 'vitest'
import {
  applyThreadEvent,
  createChatKitClient,
  emptyThreadState,
  endThreadStream,
  retryThreadItem,
  type ThreadState,
} from '../src/client/index.ts'
import {
  createChatKitHandler,
  textStream,
  type AssistantMessageItem,
  type ThreadStreamEvent,
  type Turn,
} from '../src/index.ts'
import { ada, answer, TestServer, type User } from './test-server.ts'

function clientOf(respond: (turn: Turn<User>) => AsyncIterable<ThreadStreamEvent> | ThreadStreamEvent[]) {
  const server = new TestServer(respond)
  const handler = createChatKitHandler(server, { authenticate: () => ada })
  const client = createChatKitClient({
    url: 'http://localhost/chatkit',
    fetch: (url, init) => handler.fetch(new Request(url, init)),
    metadata: () => ({ page: { title: 'Quaternions' } }),
  })
  return { server, client }
}

const input = {
  content: [{ type: 'input_text' as const, text: 'Hi' }],
  attachments: [],
  inference_options: {},
}

async function reduce(events: AsyncIterable<ThreadStreamEvent>): Promise<ThreadState> {
  let state = emptyThreadState
  for await (const event of events) state = applyThreadEvent(state, event)
  return state
}

describe('createChatKitClient', () => {
  it('reduces a stream to the same items that the server has stored', async () => {
    const { client } = clientOf((turn) => textStream(turn, ['روبوٹ ', '🤖', '\n\nend']))
    const state = await reduce(client.stream({ type: 'threads.create', params: { input } }))
    expect(state.pending).toEqual([])
    const stored = await client.send({
      type: 'threads.get_by_id',
      params: { thread_id: state.thread?.id ?? '' },
    })
    expect(state.items).toEqual(stored.items.data)
    expect(stored.items.data).toHaveLength(2)
  })

  it('sends the context of the page with every request', async () => {
    const seen: unknown[] = []
    const { client } = clientOf((turn) => {
      seen.push(turn.metadata)
      return []
    })
    await reduce(client.stream({ type: 'threads.create', params: { input } }))
    expect(seen).toEqual([{ page: { title: 'Quaternions' } }])
  })

  it('rejects with the code and the words of a refusal', async () => {
    const { client } = clientOf(() => [])
    const request = client.send({ type: 'threads.get_by_id', params: { thread_id: 'thr_0' } })
    await expect(request).rejects.toMatchObject({
      name: 'ChatKitRequestError',
      status: 404,
      code: 'thread_not_found',
      message: 'There is no thread "thr_0".',
    })
  })

  it('gives an error with the status where the answer is not the server’s', async () => {
    const client = createChatKitClient({
      url: 'http://localhost/chatkit',
      fetch: () => Promise.resolve(new Response('<h1>Bad gateway</h1>', { status: 502 })),
    })
    await expect(client.send({ type: 'threads.list', params: {} })).rejects.toMatchObject({
      status: 502,
      code: 'unknown',
    })
  })
})

describe('applyThreadEvent', () => {
  it('shows progress until the next item, keeps notices, and takes removed items out', async () => {
    const { client } = clientOf((turn) => [
      { type: 'notice', level: 'info', message: 'Short on time.' },
      { type: 'thread.item.done', item: { ...answer(turn, 'first'), id: 'a1' } },
      { type: 'thread.item.replaced', item: { ...answer(turn, 'second'), id: 'a1' } },
      { type: 'thread.item.done', item: { ...answer(turn, 'gone'), id: 'a2' } },
      { type: 'thread.item.removed', item_id: 'a2' },
      { type: 'progress_update', text: 'Looking' },
    ])
    const state = await reduce(client.stream({ type: 'threads.create', params: { input } }))
    expect(state.items.map(({ id }) => id)).toEqual([expect.stringMatching(/^msg_/), 'a1'])
    expect(state.items[1]).toMatchObject({ content: [{ text: 'second' }] })
    expect(state.notices).toEqual([{ level: 'info', message: 'Short on time.' }])
    expect(state.progress).toEqual({ text: 'Looking' })
  })

  it('applies every kind of update to an item that is pending', () => {
    const base = { id: 'x', thread_id: 't', created_at: '2026-01-01T00:00:00.000Z' }
    const events: ThreadStreamEvent[] = [
      { type: 'thread.item.added', item: { ...base, id: 'm', type: 'assistant_message', content: [] } },
      {
        type: 'thread.item.updated',
        item_id: 'm',
        update: {
          type: 'assistant_message.content_part.added',
          content_index: 0,
          content: { type: 'output_text', text: '', annotations: [] },
        },
      },
      {
        type: 'thread.item.updated',
        item_id: 'm',
        update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: 'See' },
      },
      {
        type: 'thread.item.updated',
        item_id: 'm',
        update: {
          type: 'assistant_message.content_part.annotation_added',
          content_index: 0,
          annotation_index: 0,
          annotation: {
            type: 'annotation',
            source: { type: 'file', filename: 'a.pdf', title: 'A' },
            index: 3,
          },
        },
      },
      {
        type: 'thread.item.added',
        item: {
          ...base,
          id: 'w',
          type: 'widget',
          widget: {
            type: 'Card',
            children: [
              { type: 'Text', id: 'a', value: 'One' },
              { type: 'Text', id: 'b' },
            ],
          },
        },
      },
      {
        type: 'thread.item.updated',
        item_id: 'w',
        update: { type: 'widget.streaming_text.value_delta', component_id: 'a', delta: ' two', done: true },
      },
      {
        type: 'thread.item.updated',
        item_id: 'w',
        update: {
          type: 'widget.component.updated',
          component_id: 'b',
          component: { type: 'Button', id: 'b' },
        },
      },
      {
        type: 'thread.item.added',
        item: {
          ...base,
          id: 'f',
          type: 'workflow',
          workflow: { type: 'custom', tasks: [], expanded: false },
        },
      },
      {
        type: 'thread.item.updated',
        item_id: 'f',
        update: {
          type: 'workflow.task.added',
          task_index: 0,
          task: { type: 'custom', title: 'Search', status_indicator: 'loading' },
        },
      },
      {
        type: 'thread.item.updated',
        item_id: 'f',
        update: {
          type: 'workflow.task.updated',
          task_index: 0,
          task: { type: 'custom', title: 'Search', status_indicator: 'complete' },
        },
      },
      { type: 'thread.item.added', item: { ...base, id: 'g', type: 'generated_image' } },
      {
        type: 'thread.item.updated',
        item_id: 'g',
        update: { type: 'generated_image.updated', image: { id: 'i', url: 'https://example.com/i.png' } },
      },
    ]
    const state = events.reduce(applyThreadEvent, emptyThreadState)
    expect(state.items).toMatchObject([
      { content: [{ text: 'See', annotations: [{ index: 3 }] }] },
      { widget: { children: [{ value: 'One two', streaming: false }, { type: 'Button' }] } },
      { workflow: { tasks: [{ status_indicator: 'complete' }] } },
      { image: { id: 'i' } },
    ])
    expect(state.pending).toEqual(['m', 'w', 'f', 'g'])
  })

  const message = (id: string, text = ''): AssistantMessageItem => ({
    id,
    thread_id: 't',
    created_at: '2026-01-01T00:00:00.000Z',
    type: 'assistant_message',
    content: text === '' ? [] : [{ type: 'output_text', text, annotations: [] }],
  })
  const added = (id: string, text = ''): ThreadStreamEvent => ({
    type: 'thread.item.added',
    item: message(id, text),
  })
  const done = (id: string): ThreadStreamEvent => ({ type: 'thread.item.done', item: message(id, 'done') })
  const widget: ThreadStreamEvent = {
    type: 'thread.item.added',
    item: { ...message('w'), type: 'widget', widget: { type: 'Card', children: [] } },
  }
  const after = (...events: ThreadStreamEvent[]): ThreadState =>
    events.reduce(applyThreadEvent, emptyThreadState)
  const idsOf = ({ items }: ThreadState): string[] => items.map(({ id }) => id)

  it('keeps items in the order in which they were done, which is the server’s', () => {
    const both = after(added('a'), added('b'))
    expect(idsOf(applyThreadEvent(both, done('b')))).toEqual(['b', 'a'])
    expect(idsOf([done('b'), done('c'), done('a')].reduce(applyThreadEvent, both))).toEqual(['b', 'c', 'a'])
    const replaced = applyThreadEvent(both, { type: 'thread.item.replaced', item: message('b', 'other') })
    expect([idsOf(replaced), replaced.pending]).toEqual([['b', 'a'], ['a']])
    expect(idsOf(applyThreadEvent(after(done('a'), done('b')), done('a')))).toEqual(['a', 'b'])
  })

  it('drops what an answer has begun and not done when it fails', () => {
    const failed = after(added('a', 'half'), widget, done('a'), {
      type: 'error',
      code: 'x',
      allow_retry: true,
    })
    expect([idsOf(failed), failed.pending]).toEqual([['a'], []])
  })

  it('keeps words and nothing else of what a stop has cut off', () => {
    const stopped = endThreadStream(after(widget, added('empty'), added('b', ' '), added('a', 'half')))
    expect([idsOf(stopped), stopped.pending]).toEqual([['a'], []])
  })

  it('puts an answer aside when another one is asked for, and back where that makes nothing', () => {
    const asked = retryThreadItem(after(done('question'), done('old')), 'question')
    expect(idsOf(asked)).toEqual(['question'])
    expect(idsOf(endThreadStream(applyThreadEvent(asked, widget)))).toEqual(['question', 'old'])
    const answered = endThreadStream(applyThreadEvent(asked, done('new')))
    expect(idsOf(answered)).toEqual(['question', 'new'])
    expect(idsOf(endThreadStream(answered))).toEqual(['question', 'new'])
    expect(retryThreadItem(asked, 'unknown')).toBe(asked)
  })
})
