import { query } from './fresh-database.ts'

/** Tables that grow with use: no statement may read all of one. */
export const BIG_TABLES = [
  'threads',
  'items',
  'attachments',
  'feedback',
  'runs',
  'run_events',
  'idempotency_keys',
  'states',
]

export const OWNERS = 200
export const THREADS = 50
export const ITEMS = 20
/** Rows of one owner with many threads, and of one thread with many items, which is the owner's first. */
export const DEEP = 5_000

/** A migrated database as it is after long use, with statistics. Thread 3 of each owner has a run that is running. */
export async function fillDatabase(url: string): Promise<void> {
  await query(
    url,
    `insert into chatkit.threads (id, owner_id, status, metadata, created_at, last_item_seq)
      select 'thr_' || o || '_' || n, 'owner_' || o, '{"type": "active"}', '{}',
        timestamptz '2026-01-01' + n * interval '1 hour', ${ITEMS}
      from generate_series(1, ${THREADS}) as n, generate_series(1, ${OWNERS}) as o`,
    `insert into chatkit.threads (id, owner_id, status, metadata, created_at, last_item_seq)
      select 'thr_deep_' || n, 'deep', '{"type": "active"}', '{}',
        timestamptz '2026-01-01' + n * interval '1 minute', case n when 1 then ${DEEP} else 0 end
      from generate_series(1, ${DEEP}) as n`,
    `insert into chatkit.items (thread_id, id, seq, type, data, visible, created_at, run_id, superseded_by)
      select thread.id, 'msg_' || n, n,
        case when n % 2 = 1 then 'user_message' else 'assistant_message' end,
        json_build_object('id', 'msg_' || n, 'thread_id', thread.id, 'text', repeat('word ', 40)),
        n % 10 > 0, thread.created_at, 'run_' || thread.id || '_' || n / 10,
        case when n % 20 = 19 then 'run_' || thread.id || '_1' end
      from chatkit.threads as thread, generate_series(1, thread.last_item_seq) as n`,
    `insert into chatkit.attachments (id, owner_id, thread_id, data)
      select 'atc_' || id, owner_id, id, '{"name": "notes.pdf"}' from chatkit.threads`,
    `insert into chatkit.feedback (thread_id, item_id, owner_id, kind)
      select id, 'msg_2', owner_id, 'positive' from chatkit.threads where last_item_seq > 0`,
    `insert into chatkit.runs (thread_id, id, owner_id, process_id, status, opened_at, ended_at, log_dropped)
      select thread.id, 'run_' || thread.id || '_' || n, thread.owner_id, 'process_' || n,
        case when is_active then 'running' else 'completed' end, thread.created_at,
        case when not is_active then thread.created_at end, n = 1
      from chatkit.threads as thread, generate_series(1, 2) as n,
        lateral (select n = 2 and thread.id like '%\\_3' as is_active) as state`,
    `insert into chatkit.run_events (thread_id, run_id, first_seq, last_seq, data)
      select thread_id, id, n * 10, n * 10 + 9, convert_to(repeat('{"type":"x"}', 10), 'UTF8')
      from chatkit.runs, generate_series(0, 4) as n where not log_dropped`,
    `insert into chatkit.idempotency_keys (owner_id, key, body_hash, thread_id, run_id, expires_at)
      select owner_id, 'key_' || id, '', thread_id, id, opened_at + interval '1 day' from chatkit.runs`,
    `insert into chatkit.states (owner_id, key, value, expires_at)
      select owner_id, 'state_' || id, '{}', created_at + interval '1 day' from chatkit.threads`,
    `vacuum analyze`,
  )
}
