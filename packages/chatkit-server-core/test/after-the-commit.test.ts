import { describe, expect, it } from 'vitest'
import type { Attachment, AttachmentStore, ThreadItem } from '../src/index.ts'
import { ada, add, answer, create, TestServer, type User } from './test-server.ts'

const asAda = { owner: 'ada', context: ada }

describe('what fails once something was written', () => {
  it('is reported and no failure of the request: a feedback hook', async () => {
    class Rated extends TestServer {
      override addFeedback(): Promise<void> {
        return Promise.reject(new Error('the mailer is down'))
      }
    }
    const server = new Rated((turn) => [
      { type: 'thread.item.done', item: { ...answer(turn, 'A'), id: 'a1' } },
    ])
    const id = await server.newThread()
    const body = { type: 'items.feedback', params: { thread_id: id, item_ids: ['a1'], kind: 'positive' } }
    expect(await server.json(body)).toEqual({})
    expect(server.errors).toMatchObject([{ message: 'the mailer is down' }])
  })

  it('is reported and no failure of the request: the bytes of a deleted thread’s attachments', async () => {
    const attachmentStore: AttachmentStore<User> = {
      create: async (id, { name, mime_type }) => ({ id, name, mime_type, type: 'file' }),
      read: () => Promise.reject(new Error('unused')),
      sign: async (attachment) => attachment,
      delete: () => Promise.reject(new Error('the disk is away')),
    }
    const server = new TestServer(() => [], { attachmentStore })
    const file = await server.json<Attachment>({
      type: 'attachments.create',
      params: { name: 'a.txt', size: 1, mime_type: 'text/plain' },
    })
    const [created] = await server.events({
      type: 'threads.create',
      params: { input: { content: [], attachments: [file.id] } },
    })
    if (created?.type !== 'thread.created') throw new Error('no thread')
    expect(await server.json({ type: 'threads.delete', params: { thread_id: created.thread.id } })).toEqual(
      {},
    )
    expect(server.errors).toMatchObject([{ message: 'the disk is away' }])
    expect((await server.json<{ data: unknown[] }>({ type: 'threads.list', params: {} })).data).toEqual([])
  })
})

it('an answer whose streamOptions() never comes can be stopped', async () => {
  class Silent extends TestServer {
    override streamOptions(): Promise<{ allow_cancel: boolean }> {
      return new Promise(() => {})
    }
  }
  const server = new Silent(() => [])
  const reader = await server.reader(create('Hi'))
  const [first] = await reader.next()
  const { thread } = JSON.parse(first?.json ?? '') as { thread: { id: string } }
  expect(await server.json({ type: 'threads.stop', params: { thread_id: thread.id } })).toEqual({
    stopped: true,
  })
  while ((await reader.next()).length > 0);
  expect(await server.store.activeRun(thread.id, asAda)).toBeUndefined()
})

it('the id of a hidden item that an earlier turn has stored is not told when it is removed', async () => {
  let turns = 0
  const server = new TestServer((turn) => {
    const hidden: ThreadItem = {
      id: 'the-hidden-one',
      thread_id: turn.thread.id,
      created_at: turn.now().toISOString(),
      type: 'hidden_context_item',
      content: 'secret',
    }
    return turns++ === 0
      ? [{ type: 'thread.item.done', item: hidden }]
      : [{ type: 'thread.item.removed', item_id: 'the-hidden-one' }]
  })
  const id = await server.newThread()
  const events = await server.events(add(id, 'again'))
  expect(JSON.stringify(events)).not.toContain('the-hidden-one')
  await expect(server.store.loadItem(id, 'the-hidden-one', asAda)).rejects.toMatchObject({
    code: 'item_not_found',
  })
})

it('a message sent again by the same key gives its run although its attachment is gone', async () => {
  const attachmentStore: AttachmentStore<User> = {
    create: async (id, { name, mime_type }) => ({ id, name, mime_type, type: 'file' }),
    read: () => Promise.reject(new Error('unused')),
    sign: async (attachment) => attachment,
    delete: async () => {},
  }
  const server = new TestServer((turn) => [{ type: 'thread.item.done', item: answer(turn, 'A') }], {
    attachmentStore,
  })
  const params = { name: 'a.txt', size: 1, mime_type: 'text/plain' }
  const file = await server.json<Attachment>({ type: 'attachments.create', params })
  const body = { type: 'threads.create', params: { input: { content: [], attachments: [file.id] } } }
  const first = await server.events(body, ada, { idempotencyKey: 'k' })
  await server.json({ type: 'attachments.delete', params: { attachment_id: file.id } })
  expect(await server.events(body, ada, { idempotencyKey: 'k' })).toEqual(first)
  await expect(server.process(body, ada)).rejects.toMatchObject({ code: 'attachment_not_found' })
})

it('null where a client could say nothing is nothing', async () => {
  const server = new TestServer(() => [])
  const content = [
    { type: 'input_tag', id: 't', text: 'Lesson', data: { kept: null }, group: null },
    { type: 'input_text', text: 'Hi' },
  ]
  const inferenceOptions = [null, { model: null, tool_choice: null }]
  for (const inference_options of inferenceOptions) {
    const events = await server.events({
      type: 'threads.create',
      params: { input: { content, quoted_text: null, inference_options } },
    })
    expect(events[1]).toMatchObject({
      item: { content: [{ type: 'input_tag', interactive: false }, { text: 'Hi' }], inference_options: {} },
    })
    expect(events[1]).not.toHaveProperty('item.content[0].group')
  }
})
