import type { RunRef } from '@robolearn/chatkit-server-core'
import { expect, it } from 'vitest'
import { begin, entry, newThread, scopeOf } from './conversation.ts'
import { onEveryDatabase } from './every-database.ts'

onEveryDatabase((store) => {
  it('gives every one of many readers who ask at once the rest of their own run', async () => {
    const readers: { run: RunRef; scope: ReturnType<typeof scopeOf>; after: number }[] = []
    for (let n = 0; n < 8; n++) {
      const scope = { ...scopeOf(), ...(n % 2 === 0 ? {} : { tenant: `tenant ${n}` }) }
      const run = await begin(store(), scope, { newThread: newThread() })
      await store().appendDeltas(run, [entry(1, run.id), entry(2, run.id), entry(3, run.id)])
      for (let after = 0; after <= 3; after++) readers.push({ run, scope, after })
    }
    const read = readers.map(({ run, scope, after }) => store().readEvents(run.id, after, scope))
    expect(await Promise.all(read)).toEqual(
      readers.map(({ run, after }) => ({
        run,
        status: 'running',
        entries: [entry(1, run.id), entry(2, run.id), entry(3, run.id)].slice(after),
      })),
    )
  })

  it('refuses one that asks for what cannot be, and answers those who ask beside it', async () => {
    const scope = scopeOf()
    const run = await begin(store(), scope, { newThread: newThread() })
    await store().appendDeltas(run, [entry(1)])
    const [own, unknown, foreign, impossible, again] = await Promise.allSettled([
      store().readEvents(run.id, 0, scope),
      store().readEvents('run_unknown', 0, scope),
      store().readEvents(run.id, 0, scopeOf()),
      store().readEvents('run_\u0000', 0, scope),
      store().readEvents(run.id, 1, scope),
    ])
    expect(own).toMatchObject({ status: 'fulfilled', value: { entries: [entry(1)] } })
    expect(unknown).toEqual({ status: 'fulfilled', value: undefined })
    expect(foreign).toMatchObject({ status: 'rejected', reason: { code: 'thread_not_found' } })
    expect(impossible).toMatchObject({ status: 'rejected', reason: { code: 'invalid_text' } })
    expect(again).toMatchObject({ status: 'fulfilled', value: { entries: [] } })
  })
})
