import { Client, escapeLiteral } from 'pg'

/** A statement as it was sent to a server. */
export interface Sent {
  text: string
  values: readonly unknown[]
}

/**
 * Keeps what the driver sends, over any connection of this process, until `stop`: whoever adds a statement cannot
 * forget to tell.
 */
export function recordStatements(): { sent: Sent[]; stop: () => void } {
  const sent: Sent[] = []
  const prototype = Client.prototype as unknown as Record<'query', (...args: unknown[]) => unknown>
  const { query } = prototype
  prototype.query = function (...args) {
    const [first, values] = args
    const statement = typeof first === 'string' ? { text: first, values } : first
    if (isStatement(statement)) sent.push({ text: statement.text, values: statement.values ?? [] })
    return query.apply(this, args)
  }
  return {
    sent,
    stop: () => {
      prototype.query = query
    },
  }
}

const isStatement = (query: unknown): query is { text: string; values?: unknown[] } =>
  typeof query === 'object' && query !== null && 'text' in query && typeof query.text === 'string'

export interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Shared Hit Blocks'?: number
  'Shared Read Blocks'?: number
  Plans?: PlanNode[]
}

/** The plan that is made without a look at the values; carried out with them where they are given, and rolled back. */
export async function explain(client: Client, text: string, values?: readonly unknown[]): Promise<PlanNode> {
  const places = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, place]) => Number(place)))
  const given = Array.from({ length: places }, (_, index) => {
    const value = values?.[index]
    return typeof value === 'string' || typeof value === 'number' ? escapeLiteral(`${value}`) : 'null'
  })
  await client.query('begin')
  try {
    await client.query('set local plan_cache_mode = force_generic_plan')
    await client.query(`prepare statement as ${text}`)
    const how = values ? 'analyze, buffers, timing off, format json' : 'format json'
    const execute = `execute statement${given.length > 0 ? `(${given.join(', ')})` : ''}`
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (${how}) ${execute}`)
    const plan = rows[0]?.['QUERY PLAN'][0].Plan
    if (!plan) throw new Error(`There is no plan of: ${text}`)
    return plan
  } finally {
    await client.query('rollback')
    await client.query('deallocate all')
  }
}

export const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** Pages of 8 KiB that were looked at, as often as they were. What writes below a `with` is not in the root's number. */
export const buffersOf = (plan: PlanNode): number =>
  [plan, ...nodesOf(plan).filter((node) => node !== plan && node['Node Type'] === 'ModifyTable')].reduce(
    (sum, node) => sum + (node['Shared Hit Blocks'] ?? 0) + (node['Shared Read Blocks'] ?? 0),
    0,
  )

/** The most rows that any part of a plan has dealt with. */
export const mostRowsOf = (plan: PlanNode): number =>
  Math.max(...nodesOf(plan).map((node) => (node['Actual Rows'] ?? 0) * (node['Actual Loops'] ?? 0)))
