import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { MemoryStore, readEvents, type ThreadStreamEvent, type WidgetItem } from '../../src/index.ts'
import { create } from '../run-kit.ts'
import { QuizServer } from './quiz-server.ts'

const ada = { userId: 'ada' }

async function eventsOf(server: QuizServer, body: object): Promise<ThreadStreamEvent[]> {
  const reply = await server.process(body, ada)
  if (reply.kind !== 'stream') throw new Error('a plain reply')
  const events: ThreadStreamEvent[] = []
  for await (const event of readEvents(reply.reader)) events.push(event)
  return events
}

it('the quiz of the page on widgets asks, judges, and asks again', async () => {
  const server = new QuizServer(new MemoryStore())
  const events = await eventsOf(server, create('Ask me.'))
  const [asked] = events.flatMap((event) =>
    event.type === 'thread.item.done' && event.item.type === 'widget' ? [event.item] : [],
  )
  if (!asked) throw new Error('nothing was asked')
  const use = async (action: object): Promise<WidgetItem | undefined> => {
    const params = { thread_id: asked.thread_id, item_id: asked.id, action }
    const last = (await eventsOf(server, { type: 'threads.custom_action', params })).at(-1)
    return last?.type === 'thread.item.replaced' && last.item.type === 'widget' ? last.item : undefined
  }
  const judged = await use({ type: 'quiz.answer', payload: { choice: 1 } })
  expect(judged).toMatchObject({
    id: asked.id,
    widget: { children: [{ value: 'Right.' }, { type: 'Button' }] },
  })
  expect(await use({ type: 'quiz.again' })).toEqual(asked)
  await expect(use({ type: 'quiz.answer', payload: { choice: 'all' } })).rejects.toMatchObject({
    code: 'request_invalid',
  })
})

it('the page on widgets shows the quiz as it is run here', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
  expect(read('../../../../docs/widgets.md')).toContain('```ts\n' + read('./quiz-server.ts') + '```\n')
})
