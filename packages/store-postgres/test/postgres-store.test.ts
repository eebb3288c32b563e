import type { ThreadItem } from '@robolearn/chatkit-server-core'
import { expect, it } from 'vitest'
import { createThread, message, newThread, scopeOf, textOf, turn } from './conversation.ts'
import { onEveryDatabase } from './every-database.ts'

const ALL = { limit: 100, order: 'asc', include: 'all' } as const

onEveryDatabase((store) => {
  it('keeps the order of each of eight writers who write at once', async () => {
    const scope = scopeOf()
    const { id } = newThread()
    await createThread(store(), newThread({ id }), [], scope)
    const writers = Array.from({ length: 8 }, (_, writer) => writer)
    await Promise.all(
      writers.map(async (writer) => {
        for (let round = 0; round < 5; round++) {
          const items = [0, 1].map((n) => message(id, `${writer}:${round * 2 + n}`))
          for (const item of items) await store().saveItem(id, item, scope)
        }
      }),
    )
    const texts = (await store().listItems(id, ALL, scope)).data.map(textOf)
    expect(texts).toHaveLength(80)
    for (const writer of writers) {
      const own = texts.filter((text) => text.startsWith(`${writer}:`))
      expect(own).toEqual(Array.from({ length: 10 }, (_, n) => `${writer}:${n}`))
    }
  })

  it('gives every item to a reader who pages while four writers append', async () => {
    const scope = scopeOf()
    const { id } = newThread()
    await createThread(store(), newThread({ id }), [message(id, 'first')], scope)
    let writing = 4
    const written = Promise.all(
      Array.from({ length: 4 }, async (_, writer) => {
        for (let n = 0; n < 15; n++) await store().saveItem(id, message(id, `${writer}:${n}`), scope)
        writing--
      }),
    )
    const seen: ThreadItem[] = []
    for (let last = false; !last;) {
      last = writing === 0
      const after = seen.at(-1)?.id
      const page = await store().listItems(id, { ...ALL, limit: 3, after }, scope)
      seen.push(...page.data)
      if (page.has_more) last = false
    }
    await written
    expect(seen).toEqual((await store().listItems(id, ALL, scope)).data)
  })

  it('does not lose one of two changes made to a thread at once', async () => {
    const scope = scopeOf()
    const thread = newThread()
    await createThread(store(), thread, [], scope)
    await Promise.all([
      store().saveThread(thread.id, { title: 'Servos' }, scope),
      store().saveThread(thread.id, { metadata: { lesson: 4 } }, scope),
    ])
    expect(await store().loadThread(thread.id, scope)).toEqual({
      ...thread,
      title: 'Servos',
      metadata: { lesson: 4 },
    })
  })

  it('keeps nulls, numbers and unknown fields of stored JSON as they are', async () => {
    const scope = scopeOf()
    const metadata = {
      none: null,
      list: [null, { x: null }],
      big: 2 ** 53,
      small: 1e-7,
      large: 1e21,
      minus: -0.5,
    }
    const thread = newThread({ metadata, status: { type: 'active', since: 'today' } as { type: 'active' } })
    await createThread(store(), thread, [], scope)
    expect(await store().loadThread(thread.id, scope)).toEqual(thread)
    expect((await store().listThreads({ limit: 5, order: 'asc' }, scope)).data).toEqual([thread])
  })

  it('refuses text that PostgreSQL cannot store, names it, and goes on working', async () => {
    const scope = scopeOf()
    const { id } = newThread()
    const fine = message(id, 'a backslash: \\u0000 \\ud800, a pair: 🤖')
    await createThread(store(), newThread({ id }), [fine], scope)
    for (const [text, what] of [
      ['before\0after', 'a NUL character'],
      ['cut in \ud83e half', 'half of a surrogate pair'],
    ] as const) {
      const item = message(id, text)
      const refused = { code: 'invalid_text', message: expect.stringContaining(what) }
      await expect(store().saveItem(id, item, scope)).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining(item.id),
      })
      const opening = turn({ thread: id, items: [item] })
      await expect(store().openTurn(opening, scope)).rejects.toMatchObject(refused)
      await expect(store().saveThread(id, { title: text }, scope)).rejects.toMatchObject(refused)
    }
    expect((await store().listItems(id, ALL, scope)).data).toEqual([fine])
  })

  it('answers an id with a NUL character with an error that names the reason', async () => {
    await expect(store().loadThread('thr_\0', scopeOf())).rejects.toMatchObject({ code: 'invalid_text' })
    await expect(store().loadThread('thr_1', scopeOf())).rejects.toMatchObject({ code: 'thread_not_found' })
  })

  it('makes no thread over one that is there, whoever owns it', async () => {
    const [mine, theirs] = [scopeOf(), scopeOf()]
    const thread = newThread({ title: 'mine' })
    await createThread(store(), thread, [], mine)
    const again = createThread(store(), { ...thread, title: 'theirs' }, [message(thread.id, 'x')], theirs)
    await expect(again).rejects.toMatchObject({
      code: 'unique_violation',
      sqlState: '23505',
      cause: expect.any(Error),
    })
    expect(await store().loadThread(thread.id, mine)).toEqual(thread)
    expect((await store().listItems(thread.id, ALL, mine)).data).toEqual([])
  })

  it('repeats no stored value in its errors', async () => {
    const scope = scopeOf('owner-secret')
    const thread = newThread({ title: 'title-secret', metadata: { k: 'metadata-secret' } })
    await createThread(store(), thread, [], scope)
    const failure = await createThread(store(), thread, [message(thread.id, 'text-secret')], scope).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(Error)
    expect(everythingIn(failure)).not.toMatch(/secret/)
    expect(everythingIn(failure)).not.toContain(thread.id)
  })
})

function everythingIn(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null || seen.has(value)) return String(value)
  seen.add(value)
  return Reflect.ownKeys(value)
    .map((key) => `${String(key)}: ${everythingIn(Reflect.get(value, key), seen)}`)
    .join('\n')
}
