import { MemoryStore, type ThreadItem, type Turn, type UserMessageItem } from '@robolearn/chatkit-server-core'
import { describe, expect, it } from 'vitest'
import { loadHistory } from '../src/index.ts'

const scope = { owner: 'ada', context: undefined }
const base = { thread_id: 'thr_1', created_at: '2026-01-01T00:00:00Z' }

const user = (id: string, text = id): UserMessageItem => ({
  ...base,
  id,
  type: 'user_message',
  content: [{ type: 'input_text', text }],
  attachments: [],
  inference_options: {},
})
const assistant = (id: string, text = id): ThreadItem => ({
  ...base,
  id,
  type: 'assistant_message',
  content: [{ type: 'output_text', text, annotations: [] }],
})
const note = (id: string): ThreadItem => ({ ...base, id, type: 'hidden_context_item', content: id })

/** A turn on a thread that holds these items, and which pages are read from its store. */
async function turnOn(items: ThreadItem[], userMessage: UserMessageItem | undefined) {
  const thread = {
    id: 'thr_1',
    created_at: base.created_at,
    status: { type: 'active' as const },
    metadata: {},
  }
  const store = new MemoryStore()
  await store.openTurn(
    {
      newThread: thread,
      step: { kind: 'message' },
      items,
      attachmentIds: [],
      run: { id: 'run_1', entries: [] },
      maxActiveRuns: 1,
    },
    scope,
  )
  let pages = 0
  const turn = {
    thread,
    userMessage,
    store: {
      listItems: (threadId: string, query: Parameters<typeof store.listItems>[1]) => {
        pages += 1
        return store.listItems(threadId, query, scope)
      },
    } as Turn<unknown>['store'],
  }
  return { turn, pages: () => pages }
}

const ids = (items: ThreadItem[]): string[] => items.map(({ id }) => id)

describe('the history of a thread', () => {
  it('is whole, oldest first, with hidden items and the current message once, from one page', async () => {
    const current = user('u2')
    const items = [note('h0'), user('u1'), note('h1'), assistant('a1'), current]
    const { turn, pages } = await turnOn(items, current)
    expect(ids(await loadHistory(turn))).toEqual(['h0', 'u1', 'h1', 'a1', 'u2'])
    expect(pages()).toBe(1)
  })

  it('has the current message last and once where the store has not got it at its end', async () => {
    const current = user('u2')
    const late = await turnOn([user('u1'), assistant('a1')], current)
    expect(ids(await loadHistory(late.turn))).toEqual(['u1', 'a1', 'u2'])
    const between = await turnOn([user('u1'), current, assistant('a1')], current)
    expect(ids(await loadHistory(between.turn))).toEqual(['u1', 'a1', 'u2'])
  })

  it('goes on from what is there where a turn has no message', async () => {
    const { turn } = await turnOn([user('u1'), assistant('a1'), user('u2'), note('h1')], undefined)
    expect(ids(await loadHistory(turn))).toEqual(['u1', 'a1', 'u2', 'h1'])
  })

  it('holds whole turns only, within the number of items', async () => {
    const current = user('u3')
    const { turn } = await turnOn(
      [user('u1'), assistant('a1'), user('u2'), assistant('a2'), assistant('b2'), current],
      current,
    )
    expect(ids(await loadHistory(turn, { maxItems: 6 }))).toEqual(['u1', 'a1', 'u2', 'a2', 'b2', 'u3'])
    expect(ids(await loadHistory(turn, { maxItems: 5 }))).toEqual(['u2', 'a2', 'b2', 'u3'])
    expect(ids(await loadHistory(turn, { maxItems: 3 }))).toEqual(['u3'])
  })

  it('holds whole turns only, within the number of tokens, and the current one in any case', async () => {
    const words = 'robot '.repeat(100)
    const current = user('u3', words)
    const { turn } = await turnOn(
      [user('u1', words), assistant('a1', words), user('u2', words), assistant('a2', words), current],
      current,
    )
    expect(ids(await loadHistory(turn, { maxTokens: 550 }))).toEqual(['u1', 'a1', 'u2', 'a2', 'u3'])
    expect(ids(await loadHistory(turn, { maxTokens: 350 }))).toEqual(['u2', 'a2', 'u3'])
    expect(ids(await loadHistory(turn, { maxTokens: 250 }))).toEqual(['u3'])
    expect(ids(await loadHistory(turn, { maxTokens: 1 }))).toEqual(['u3'])
  })

  it('reckons more tokens for a text that is not mostly Latin', async () => {
    // Words that the plain estimate prices alike: three letters, one token.
    const fits = async (word: string, maxTokens: number): Promise<boolean> => {
      const current = user('u2')
      const { turn } = await turnOn([user('u1', `${word} `.repeat(100)), current], current)
      return (await loadHistory(turn, { maxTokens })).length === 2
    }
    expect(await fits('bot', 120)).toBe(true)
    expect(await fits('ہے', 120)).toBe(false)
    expect(await fits('ہے', 150)).toBe(true)
  })

  it('has a summary of the turns that did not fit in front, where the application makes one', async () => {
    const current = user('u3')
    const items = [user('u1'), assistant('a1'), user('u2'), assistant('a2'), current]
    const { turn } = await turnOn(items, current)
    const left: string[][] = []
    const summarize = async (dropped: readonly ThreadItem[]) => {
      left.push(ids([...dropped]))
      return 'They spoke of nodes.'
    }
    const history = await loadHistory(turn, { maxItems: 3, summarize })
    expect(history).toMatchObject([
      { type: 'hidden_context_item', content: 'They spoke of nodes.' },
      { id: 'u2' },
      { id: 'a2' },
      { id: 'u3' },
    ])
    const { turn: short } = await turnOn([current], current)
    expect(ids(await loadHistory(short, { summarize }))).toEqual(['u3'])
    const { turn: tokens } = await turnOn(items, current)
    await loadHistory(tokens, { maxTokens: 1, summarize })
    expect(left).toEqual([
      ['u1', 'a1'],
      ['u1', 'a1', 'u2', 'a2'],
    ])
  })

  it('reckons with what attached files will cost', async () => {
    const photo = { type: 'image' as const, id: 'p', name: 'p', mime_type: 'image/png', preview_url: '' }
    const current = user('u2')
    const { turn } = await turnOn([{ ...user('u1'), attachments: [photo] }, current], current)
    expect(ids(await loadHistory(turn, { maxTokens: 900 }))).toEqual(['u2'])
    expect(ids(await loadHistory(turn, { maxTokens: 1200 }))).toEqual(['u1', 'u2'])
  })
})
