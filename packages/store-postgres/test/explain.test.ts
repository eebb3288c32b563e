import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scope } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTurn } from '../src/queries/open-turn.ts'
import { tablesOf } from '../src/schema.ts'
import { message, turn } from './conversation.ts'
import { callEverything, seldomStatements, statementsInSource } from './explain-every-call.ts'
import { BIG_TABLES, DEEP, fillDatabase } from './explain-fill.ts'
import {
  buffersOf,
  explain,
  mostRowsOf,
  nodesOf,
  recordStatements,
  type PlanNode,
  type Sent,
} from './explain-plan.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

let filled: FreshDatabase
let client: Client
beforeAll(async () => {
  filled = await freshDatabase()
  const store = new PostgresStore({ connectionString: filled.url })
  await store.migrate()
  await store.close()
  await fillDatabase(filled.url)
  client = new Client(filled.url)
  await client.connect()
}, 60_000)
afterAll(async () => {
  await client.end()
  await filled.drop()
})

async function sentBy(work: () => Promise<unknown>): Promise<Sent[]> {
  const { sent, stop } = recordStatements()
  await work().finally(stop)
  return sent
}

const isPlanned = (text: string): boolean =>
  /"chatkit"\.(?!migrations)/.test(text) && /^\s*(with|select|insert|update|delete)\b/i.test(text)

/** Indexes of few rows, however large their table is: those of runs that are running. */
const SMALL_INDEXES = new Set(['runs_active', 'runs_active_of_owner'])

/** What in a plan reads all of a big table. */
function faultsOf(plan: PlanNode): string[] {
  return nodesOf(plan).flatMap((node) => {
    const type = node['Node Type']
    const relation = node['Relation Name'] ?? ''
    if (type === 'Seq Scan' && BIG_TABLES.includes(relation)) return [`Seq Scan of ${relation}`]
    const index = node['Index Name']
    if (index === undefined || node['Index Cond'] !== undefined) return []
    // An `insert … on conflict` names the index in which it looks for the row.
    const isRead = /Scan/.test(type) && !SMALL_INDEXES.has(index) && !index.startsWith('processes')
    return isRead ? [`${type} of all of ${index}`] : []
  })
}

it('reads all of no big table, in any statement of its source', { timeout: 120_000 }, async () => {
  const empty = await freshDatabase()
  let forgotten: string[] = []
  const sent = await sentBy(async () => {
    forgotten = await callEverything(empty.url)
  })
  await empty.drop()
  expect(forgotten).toEqual([])

  const texts = [...new Set([...sent.map(({ text }) => text), ...seldomStatements()])]
  expect(statementsInSource().length).toBeGreaterThan(40)
  expect(statementsInSource().filter((part) => !texts.some((text) => text.includes(part)))).toEqual([])

  const faults: string[] = []
  for (const text of texts.filter(isPlanned)) {
    const found = faultsOf(await explain(client, text))
    if (found.length > 0) faults.push(`${found.join(', ')} in: ${text}`)
  }
  expect(faults).toEqual([])
})

describe('in a database that is full', () => {
  const deep: Scope = { owner: 'deep', context: {} }
  const one: Scope = { owner: 'owner_7', context: {} }
  const page = { limit: 20, order: 'desc' } as const
  const items = { ...page, include: 'visible' } as const
  const CALLS: [string, number, (store: PostgresStore) => Promise<unknown>][] = [
    ['loadThread', 5, (store) => store.loadThread('thr_7_9', one)],
    ['loadItem', 10, (store) => store.loadItem('thr_7_9', 'msg_4', one)],
    ['loadAttachment', 5, (store) => store.loadAttachment('atc_thr_7_9', one)],
    ['listThreads', 30, (store) => store.listThreads(page, deep)],
    [
      'listThreads far down',
      30,
      (store) => store.listThreads({ ...page, after: `thr_deep_${DEEP - 4_500}` }, deep),
    ],
    ['listItems', 30, (store) => store.listItems('thr_deep_1', items, deep)],
    [
      'listItems far down',
      35,
      (store) => store.listItems('thr_deep_1', { ...items, after: 'msg_501' }, deep),
    ],
    ['activeRun', 10, (store) => store.activeRun('thr_7_3', one)],
    ['readEvents', 20, (store) => store.readEvents('run_thr_7_3_2', 0, one)],
    ['readEvents from the end', 20, (store) => store.readEvents('run_thr_7_3_2', 48, one)],
    ['readEvents without a log', 30, (store) => store.readEvents('run_thr_7_9_1', 0, one)],
  ]

  it.each(CALLS)('%s looks at no more than %i pages of it', async (_, most, call) => {
    const store = new PostgresStore({ connectionString: filled.url })
    const sent = await sentBy(() => call(store))
    await store.close()
    const statements = sent.filter(({ text }) => isPlanned(text))
    expect(statements).toHaveLength(1)
    for (const { text, values } of statements) {
      const plan = await explain(client, text, values)
      expect(buffersOf(plan)).toBeGreaterThan(0)
      expect(buffersOf(plan)).toBeLessThanOrEqual(most)
      expect(mostRowsOf(plan)).toBeLessThanOrEqual(50)
    }
  })

  it('opens a turn on a long thread with a look at few pages of it', async () => {
    const thread = 'thr_deep_1'
    const opening = turn({ thread, items: [message(thread, 'And then?')] })
    const { sql, parameters } = openTurn(tablesOf('chatkit'), opening, 'process_1', deep)
    const plan = await explain(client, sql, parameters)
    expect(buffersOf(plan)).toBeLessThanOrEqual(130)
    expect(mostRowsOf(plan)).toBeLessThanOrEqual(50)
  })
})

it('has an index for every foreign key, so that nothing is read whole when a row goes', async () => {
  const without = `select c.conrelid::regclass::text as "table", c.conname from pg_constraint as c
    where c.contype = 'f' and c.connamespace = 'chatkit'::regnamespace and not exists (
      select from pg_index as i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
        and (cardinality(c.conkey) = 1 or i.indkey[1] = c.conkey[2]))`
  expect(await query(filled.url, without)).toEqual([])
})

it('has every table and index in its documentation', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/store-postgres.md'), 'utf8')
  const rows = await query(
    filled.url,
    `select relname::text as name from pg_class where relnamespace = 'chatkit'::regnamespace and relkind in ('r', 'i')
      and relname not in ('migrations_pkey', 'processes_pkey')`,
  )
  const names = rows.map((row) => (row as { name: string }).name)
  expect(names.length).toBeGreaterThan(25)
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
