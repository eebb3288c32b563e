import { ChatKitServer, createChatKitHandler, type ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { createThread, newThread, scopeOf } from './conversation.ts'
import { freshDatabase, query } from './fresh-database.ts'

it(
  'answers 503 when no connection is free in time, before anything is written',
  { timeout: 60_000 },
  async () => {
    const database = await freshDatabase()
    const store = new PostgresStore({ connectionString: database.url })
    await store.migrate()
    const scope = scopeOf()
    const thread = newThread()
    await createThread(store, thread, [], scope)

    let answers = 0
    class Server extends ChatKitServer<unknown> {
      override async *respond(): AsyncGenerator<ThreadStreamEvent> {
        answers += 1
        yield { type: 'progress_update', text: 'never' }
      }
    }
    const server = new Server({ store, owner: () => scope.owner, hooks: { onError: () => {} } })
    const handler = createChatKitHandler(server, { authenticate: () => ({}) })

    const holder = new Client(database.url)
    await holder.connect()
    await holder.query('begin')
    await holder.query('select 1 from chatkit.threads for update')
    // More than the pool has connections: some of these are not served either.
    const writes = Array.from({ length: 30 }, () => store.saveThread(thread.id, { title: 'Servos' }, scope))
    const settled = Promise.allSettled(writes)
    const waiting = `select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(() => query(database.url, waiting), { timeout: 20_000 }).toEqual([{ n: 10 }])

    const response = await handler.fetch(
      new Request('http://localhost/chatkit', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          type: 'threads.create',
          params: {
            input: {
              content: [{ type: 'input_text', text: 'Hello' }],
              attachments: [],
              inference_options: {},
            },
          },
        }),
      }),
    )
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ error: { code: 'unavailable' } })

    await holder.query('commit')
    await holder.end()
    const outcomes = (await settled).map((write) =>
      write.status === 'fulfilled' ? 'stored' : (write.reason as { code?: unknown }).code,
    )
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(10)
    expect(outcomes.filter((outcome) => outcome === 'unavailable')).toHaveLength(20)
    expect(answers).toBe(0)
    expect((await store.listThreads({ limit: 9, order: 'asc' }, scope)).data).toHaveLength(1)
    await server.close()
    await store.close()
    await database.drop()
  },
)
