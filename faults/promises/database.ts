import type { ThreadItem, ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { Pool, type QueryResultRow } from 'pg'

export interface StoredRun {
  id: string
  threadId: string
  status: string
  stopRequested: boolean
}

export interface StoredItem {
  id: string
  type: ThreadItem['type']
  data: ThreadItem
  runId: string | null
}

/** What is stored, read past the servers. */
export class Database {
  readonly #pool: Pool

  constructor(url: string) {
    this.#pool = new Pool({
      connectionString: url,
      max: 4,
      application_name: 'faults',
      idleTimeoutMillis: 1_000,
    })
    this.#pool.on('error', () => {})
  }

  async query<Row extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(sql, values)).rows
  }

  async run(runId: string): Promise<StoredRun | undefined> {
    const [row] = await this.query<StoredRun>(`${RUNS} where id = $1`, [runId])
    return row
  }

  runsOf(threadId: string): Promise<StoredRun[]> {
    return this.query<StoredRun>(`${RUNS} where thread_id = $1 order by opened_at`, [threadId])
  }

  /** The events of a run, in their order: the first has the number 1. */
  async log(runId: string): Promise<{ seq: number; event: ThreadStreamEvent }[]> {
    const rows = await this.query<{ first: string; text: string }>(
      `select first_seq as first, convert_from(data, 'UTF8') as text from chatkit.run_events
      where run_id = $1 order by last_seq`,
      [runId],
    )
    return rows.flatMap(({ first, text }) =>
      text.split('\n').map((json, index) => ({
        seq: Number(first) + index,
        event: JSON.parse(json) as ThreadStreamEvent,
      })),
    )
  }

  /** Every item of a thread, hidden ones too, oldest first. */
  items(threadId: string): Promise<StoredItem[]> {
    return this.query<StoredItem>(
      `select id, type, data, run_id as "runId" from chatkit.items
      where thread_id = $1 and superseded_by is null order by seq`,
      [threadId],
    )
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}

const RUNS = `select id, thread_id as "threadId", status, stop_requested as "stopRequested" from chatkit.runs`
