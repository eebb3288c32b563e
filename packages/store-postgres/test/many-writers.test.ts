import type { Scope, ThreadItem } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createThread, message, newThread, scopeOf, textOf } from './conversation.ts'
import { freshDatabase, type FreshDatabase } from './fresh-database.ts'

const WRITERS = 16
const ITEMS = 1_000
const PAGE = { limit: 7, order: 'asc', include: 'all' } as const

let database: FreshDatabase
/** As many processes would have them: each has a pool of its own. */
let stores: PostgresStore[]
let reading: PostgresStore
beforeAll(async () => {
  database = await freshDatabase()
  const open = (): PostgresStore => new PostgresStore({ connectionString: database.url })
  stores = Array.from({ length: 4 }, open)
  reading = open()
  await reading.migrate()
})
afterAll(async () => {
  await Promise.all([...stores, reading].map((store) => store.close()))
  await database.drop()
})

/** Everything in a thread, by pages. */
async function allOf(threadId: string, scope: Scope): Promise<ThreadItem[]> {
  const all: ThreadItem[] = []
  for (let after: string | undefined; ;) {
    const page = await reading.listItems(threadId, { ...PAGE, limit: 100, after }, scope)
    all.push(...page.data)
    if (!page.has_more) return all
    after = page.after
  }
}

describe('a thousand items of one thread, by sixteen writers in four processes', () => {
  it(
    'are in each writer’s own order, and a reader who pages meanwhile misses none',
    { timeout: 120_000 },
    async () => {
      const scope = scopeOf()
      const thread = newThread()
      await createThread(reading, thread, [message(thread.id, 'first')], scope)
      const expected = Array.from({ length: WRITERS }, (_, writer) =>
        Array.from({ length: ITEMS }, (_text, n) => n)
          .filter((n) => n % WRITERS === writer)
          .map((n) => `${writer}:${n}`),
      )
      let writing = WRITERS
      const written = expected.map(async (texts, writer) => {
        const store = stores[writer % stores.length] ?? reading
        try {
          for (const text of texts) await store.saveItem(thread.id, message(thread.id, text), scope)
        } finally {
          writing -= 1
        }
      })

      const seen: ThreadItem[] = []
      let pagesMeanwhile = 0
      for (let isLast = false; !isLast;) {
        const wereWriting = writing > 0
        const page = await reading.listItems(thread.id, { ...PAGE, after: seen.at(-1)?.id }, scope)
        seen.push(...page.data)
        if (wereWriting) pagesMeanwhile += 1
        isLast = !wereWriting && !page.has_more
      }
      await Promise.all(written)

      expect(pagesMeanwhile).toBeGreaterThan(10)
      const all = await allOf(thread.id, scope)
      expect(seen).toEqual(all)
      const [first, ...texts] = all.map(textOf)
      expect(first).toBe('first')
      expect(texts).toHaveLength(ITEMS)
      for (const [writer, own] of expected.entries()) {
        expect(texts.filter((text) => text.startsWith(`${writer}:`))).toEqual(own)
      }
    },
  )
})
