import { describe, expect, it } from 'vitest'
import { interruptedEnding, type ThreadStreamEvent } from '../src/index.ts'

const item = {
  id: 'm',
  thread_id: 't',
  created_at: '2026-01-01T00:00:00.000Z',
  type: 'assistant_message' as const,
  content: [],
}
const delta = (text: string): ThreadStreamEvent => ({
  type: 'thread.item.updated',
  item_id: 'm',
  update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: text },
})
const log = (events: ThreadStreamEvent[]) =>
  events.map((event, index) => ({ seq: index + 1, json: JSON.stringify(event) }))

describe('interruptedEnding', () => {
  it('keeps the words of a message that is not done, and tells of them and of the error behind the log', () => {
    const ending = interruptedEnding(log([{ type: 'thread.item.added', item }, delta('روبوٹ '), delta('🤖')]))
    const kept = { ...item, content: [{ type: 'output_text', text: 'روبوٹ 🤖', annotations: [] }] }
    expect(ending.status).toBe('interrupted')
    expect(ending.items).toEqual([kept])
    expect(ending.entries.map(({ seq, json }) => [seq, JSON.parse(json)])).toEqual([
      [4, { type: 'thread.item.done', item: kept }],
      [5, { type: 'error', code: 'stream.error', allow_retry: true }],
    ])
  })

  it('keeps nothing of what is done or empty, and ends an empty log with the error alone', () => {
    const done: ThreadStreamEvent[] = [
      { type: 'thread.item.added', item },
      { type: 'thread.item.done', item },
      { type: 'thread.item.added', item: { ...item, id: 'n' } },
    ]
    expect(interruptedEnding(log(done)).items).toEqual([])
    expect(interruptedEnding([]).entries).toHaveLength(1)
  })
})
