import type { Client } from 'pg'
import type { LoggedEvent } from './compare-log.ts'

/** The log of a run as its table holds it: one row for each write, one event a line. */
export async function readLog(client: Client, runId: string): Promise<LoggedEvent[]> {
  const { rows } = await client.query<{ first: string; last: string; text: string }>(
    `select first_seq as first, last_seq as last, convert_from(data, 'UTF8') as text
    from chatkit.run_events where run_id = $1 order by last_seq`,
    [runId],
  )
  return rows.flatMap(({ first, last, text }) => {
    const lines = text.split('\n')
    if (lines.length !== Number(last) - Number(first) + 1)
      throw new Error(`A row of the log holds ${lines.length} events, and says ${first} to ${last}.`)
    return lines.map((json, index) => ({ seq: Number(first) + index, json }))
  })
}
