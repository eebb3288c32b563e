import { PostgresStore } from '@robolearn/store-postgres'
import { Client } from 'pg'

/** Who asks in every measurement, in both databases. */
export const ASKING = 'asking'
/** The owner of more threads than anybody pages through, in the filled database. */
export const DEEP = 'deep'

export const OWN_THREADS = 30
export const ITEMS_A_THREAD = 100
export const OTHER_THREADS = 10_000
export const DEEP_THREADS = 25_100

/** A database with the threads of who asks, and, when it is to be filled, of many others beside. */
export async function makeDatabase(serverUrl: string, name: 'empty' | 'filled'): Promise<string> {
  const url = new URL(serverUrl)
  await onDatabase(url.href, async (client) => {
    await client.query(`create database bench_${name}`)
  })
  url.pathname = `/bench_${name}`
  await using store = new PostgresStore({ connectionString: url.href })
  await store.migrate()
  await onDatabase(url.href, async (client) => {
    await addThreads(client, `'${ASKING}'`, OWN_THREADS, ITEMS_A_THREAD)
    if (name === 'filled') {
      await addThreads(client, `'owner_' || n % 200`, OTHER_THREADS, ITEMS_A_THREAD)
      await addThreads(client, `'${DEEP}'`, DEEP_THREADS, 0)
    }
    await client.query('vacuum analyze')
    await client.query('checkpoint')
  })
  return url.href
}

/** The id of a thread: they count from 1, in the order in which they were made. */
export const threadId = (owner: string, n: number): string =>
  `thr_${owner}_${String(n).padStart(24 - owner.length, '0')}`

async function addThreads(client: Client, owner: string, threads: number, items: number): Promise<void> {
  await client.query(
    `insert into chatkit.threads (id, owner_id, title, status, metadata, created_at, last_item_seq)
    select 'thr_' || owner || '_' || lpad(n::text, 24 - length(owner), '0'), owner,
      'The derivative of a product, lesson ' || n, '{"type": "active"}', '{"lesson": 4}',
      timestamptz '2026-01-01' + n * interval '1 minute', $2::int
    from (select n, ${owner} as owner from generate_series(1, $1::int) as n) as thread`,
    [threads, items],
  )
  await client.query(
    `insert into chatkit.items (thread_id, id, seq, type, data, visible, created_at)
    select thread.id, 'msg_' || lpad(seq::text, 28, '0'), seq, 'assistant_message',
      jsonb_build_object('id', 'msg_' || lpad(seq::text, 28, '0'), 'thread_id', thread.id,
        'created_at', '2026-01-01T00:00:00.000Z', 'type', 'assistant_message', 'content', jsonb_build_array(
          jsonb_build_object('type', 'output_text', 'annotations', '[]'::jsonb, 'text',
            repeat('The slope of the tangent is the limit of the slopes of the secants. ', 4)))),
      true, thread.created_at
    from chatkit.threads as thread, generate_series(1, thread.last_item_seq) as seq
    where thread.id in (select 'thr_' || owner || '_' || lpad(n::text, 24 - length(owner), '0')
      from (select n, ${owner} as owner from generate_series(1, $1::int) as n) as made)
      and $2::int > 0`,
    [threads, items],
  )
}

async function onDatabase(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client(url)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
