import { createServer, connect as connectTo, type Server, type Socket } from 'node:net'
import type { LogEntry, RunEnding, RunRef } from '@robolearn/chatkit-server-core'
import { PostgresStore, type Database } from '@robolearn/store-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { begin, createThread, entry, message, newThread, scopeOf, turn } from './conversation.ts'
import { freshDatabase, type FreshDatabase } from './fresh-database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await using store = new PostgresStore({ connectionString: database.url })
  await store.migrate()
})
afterAll(() => database.drop())

/** Appends events of a run one after another, as many at once as `sizes` says; gives all of them. */
async function write(store: PostgresStore, run: RunRef, sizes: number[]): Promise<LogEntry[]> {
  const all: LogEntry[] = []
  for (const size of sizes) {
    const entries = Array.from({ length: size }, (_, index) => entry(all.length + index + 1, `${run.id} 🤖`))
    all.push(...entries)
    expect((await store.appendDeltas(run, entries)).accepted).toBe(true)
  }
  return all
}

describe('group commit', () => {
  it('stores exactly what fifty runs have sent, in fewer statements than there are writes', async () => {
    await using store = new PostgresStore({ connectionString: database.url })
    const scope = scopeOf()
    const runs: RunRef[] = []
    for (let n = 0; n < 50; n++) runs.push(await begin(store, scope, { newThread: newThread() }))
    const before = store.counters().flushes
    const sizes = Array.from({ length: 20 }, (_, index) => 1 + ((index * 7) % 5))
    const sent = await Promise.all(runs.map((run) => write(store, run, sizes)))
    for (const [index, run] of runs.entries()) {
      expect((await store.readEvents(run.id, 0, scope))?.entries).toEqual(sent[index])
    }
    expect(store.counters().flushes - before).toBeLessThan((runs.length * sizes.length) / 5)
  })

  it('gives the rest to a reader who stopped inside a batch', async () => {
    await using store = new PostgresStore({ connectionString: database.url })
    const scope = scopeOf()
    const run = await begin(store, scope, { newThread: newThread() })
    const sent = await write(store, run, [3, 5, 2])
    for (let after = 0; after <= sent.length; after++) {
      expect((await store.readEvents(run.id, after, scope))?.entries).toEqual(sent.slice(after))
    }
  })

  it('fails the one run whose events the database refuses, and no other in the batch', async () => {
    await using store = new PostgresStore({ connectionString: database.url })
    const scope = scopeOf()
    const runs: RunRef[] = []
    for (let n = 0; n < 4; n++) runs.push(await begin(store, scope, { newThread: newThread() }))
    const appended = await Promise.allSettled(
      runs.map((run, index) => store.appendDeltas(run, [entry(index === 2 ? 1e30 : 1)])),
    )
    expect(appended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    const counts = runs.map(async (run) => (await store.readEvents(run.id, 0, scope))?.entries.length)
    expect(await Promise.all(counts)).toEqual([1, 1, 0, 1])
  })

  it('refuses the deltas of the runs that are over, and of no other in the batch', async () => {
    await using store = new PostgresStore({ connectionString: database.url })
    const scope = scopeOf()
    const runs: RunRef[] = []
    for (let n = 0; n < 6; n++) runs.push(await begin(store, scope, { newThread: newThread() }))
    for (const run of runs.slice(0, 3))
      await store.closeRun(run, { status: 'stopped', items: [], entries: [] })
    const appended = await Promise.all(runs.map((run) => store.appendDeltas(run, [entry(1)])))
    expect(appended.map(({ accepted }) => accepted)).toEqual([false, false, false, true, true, true])
  })

  it('stores what other runs say while one stands before a lock', async () => {
    await using store = new PostgresStore({ connectionString: database.url })
    const scope = scopeOf()
    const held = await begin(store, scope, { newThread: newThread() })
    const other = await begin(store, scope, { newThread: newThread() })
    const holder = new Client(database.url)
    await holder.connect()
    await holder.query('begin')
    await holder.query('select from chatkit.runs where id = $1 for update', [held.id])
    let isStored = false
    const late = store.appendDeltas(held, [entry(1)]).finally(() => (isStored = true))
    expect((await store.appendDeltas(other, [entry(1)])).accepted).toBe(true)
    expect(isStored).toBe(false)
    await holder.end()
    expect((await late).accepted).toBe(true)
  })
})

/** Passes connections on, and can cut them: as a rule when something was sent to the server and not answered. */
async function proxyTo(
  url: string,
): Promise<{ url: string; cutNextAnswer: () => Promise<void>; close: () => void }> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let onAnswer: ((client: Socket) => void) | undefined
  const server: Server = createServer((client) => {
    const upstream = connectTo(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (data) => upstream.write(data))
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    upstream.on('data', (data) => {
      // The server has done what it was asked, and nobody will know.
      if (onAnswer) onAnswer(client)
      else client.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const through = new URL(url)
  if (typeof address === 'object' && address) through.host = `127.0.0.1:${address.port}`
  return {
    url: through.href,
    cutNextAnswer: () =>
      new Promise((resolve) => {
        onAnswer = (client) => {
          onAnswer = undefined
          client.destroy()
          resolve()
        }
      }),
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

describe('a connection that is cut after the database has written, before it could say so', () => {
  it('loses no event and doubles none', async () => {
    const proxy = await proxyTo(database.url)
    const store = new PostgresStore({ connectionString: proxy.url })
    const scope = scopeOf()
    const runs: RunRef[] = []
    for (let n = 0; n < 5; n++) runs.push(await begin(store, scope, { newThread: newThread() }))
    let cuts = 0
    let writing = true
    const finished = Promise.withResolvers<void>()
    const cutting = (async () => {
      while (writing && cuts < 3) {
        await Promise.race([proxy.cutNextAnswer(), finished.promise])
        cuts += 1
      }
    })()
    const sent = await Promise.all(
      runs.map((run) =>
        write(
          store,
          run,
          Array.from({ length: 40 }, () => 3),
        ),
      ),
    )
    writing = false
    finished.resolve()
    await cutting
    expect(cuts).toBe(3)
    await using direct = new PostgresStore({ connectionString: database.url })
    for (const [index, run] of runs.entries()) {
      expect((await direct.readEvents(run.id, 0, scope))?.entries).toEqual(sent[index])
    }
    await store.close()
    proxy.close()
  })

  it('does not change what is sent again, whatever has come since', async () => {
    const proxy = await proxyTo(database.url)
    const store = new PostgresStore({ connectionString: proxy.url })
    const scope = scopeOf()
    const run = await begin(store, scope, { newThread: newThread() })
    const cut = proxy.cutNextAnswer()
    const appended = [
      store.appendDeltas(run, [entry(1), entry(2)]),
      store.appendDeltas(run, [entry(3)]),
      store.appendDeltas(run, [entry(4), entry(5)]),
    ]
    await cut
    for (const { accepted } of await Promise.all(appended)) expect(accepted).toBe(true)
    const log = await store.readEvents(run.id, 0, scope)
    expect(log?.entries).toEqual([1, 2, 3, 4, 5].map((seq) => entry(seq)))
    await store.close()
    proxy.close()
  })

  it('does not make an item, an end or a turn fail that was stored', async () => {
    const proxy = await proxyTo(database.url)
    const store = new PostgresStore({ connectionString: proxy.url })
    const scope = scopeOf()
    await createThread(store, newThread(), [], scope)
    const after = async <T>(act: () => Promise<T>): Promise<T> => {
      const cut = proxy.cutNextAnswer()
      const result = await act()
      await cut
      return result
    }
    const thread = newThread()
    const opening = turn({ newThread: thread, items: [message(thread.id, 'first')] })
    const run = { id: opening.run.id, threadId: thread.id }
    expect(await after(() => store.openTurn(opening, scope))).toMatchObject({ outcome: 'opened', thread })
    const answer = message(thread.id, 'answer')
    expect(await after(() => store.appendItemEvent(run, [entry(1)], { save: answer }))).toEqual({
      accepted: true,
      stopRequested: false,
    })
    const ending: RunEnding = { status: 'completed', items: [], entries: [entry(2)] }
    expect(await after(() => store.closeRun(run, ending))).toBe(true)
    const all = await store.listItems(thread.id, { limit: 9, order: 'asc', include: 'all' }, scope)
    expect(all.data).toEqual([...opening.items, answer])
    expect((await store.readEvents(run.id, 0, scope))?.entries).toEqual([entry(1), entry(2)])
    await store.close()
    proxy.close()
  })
})

describe('statements', () => {
  it('are one each for a turn, its deltas, an item, the end, and reading', async () => {
    const pool = new Pool({ connectionString: database.url })
    const real = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
    let statements = 0
    const db: Database = {
      executeQuery: (query) => {
        if (!/pg_notify/.test(query.sql)) statements += 1
        return real.executeQuery(query)
      },
      transaction: () => {
        statements += 100
        return real.transaction()
      },
    }
    const store = new PostgresStore({ db })
    const scope = scopeOf()
    await createThread(store, newThread(), [], scope)
    const counted = async <T>(act: () => Promise<T>): Promise<T> => {
      const before = statements
      const result = await act()
      expect(statements - before).toBe(1)
      return result
    }
    const run = await counted(() => begin(store, scope, { newThread: newThread() }))
    await counted(() => store.appendDeltas(run, [entry(1), entry(2)]))
    await counted(() => store.appendItemEvent(run, [entry(3)], { save: message(run.threadId, 'x') }))
    await counted(() => store.saveThread(run.threadId, { title: 'Servos' }, { ...scope, run }))
    await counted(() => store.readEvents(run.id, 0, scope))
    await counted(() => store.closeRun(run, { status: 'completed', items: [], entries: [entry(4)] }))
    const next = await counted(() =>
      begin(store, scope, { thread: run.threadId, key: { key: 'k', bodyHash: 'h' } }),
    )
    await counted(() => store.requestStop({ threadId: next.threadId }, scope))
    await counted(() => store.deleteThread(next.threadId, scope))
    await store.close()
    await real.destroy()
  })
})
