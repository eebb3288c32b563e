import { sql, type RawBuilder } from 'kysely'
import { RagError } from '../errors.ts'
import type { MetadataSchema } from './filter.ts'

type Sql = RawBuilder<boolean>
type Value = string | number | boolean

const MAX_DEPTH = 16
const MAX_CONDITIONS = 200

const OPERATORS = ['eq', 'ne', 'in', 'nin', 'gt', 'gte', 'lt', 'lte', 'exists'] as const
type Operator = (typeof OPERATORS)[number]

const COMPARISONS = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` }

/**
 * A filter as a condition on `document.metadata`. Names of fields and values are parameters of the statement, never part
 * of its text. Filters often come from outside (a model, a request): everything is checked, whatever its type says.
 */
export function compileFilter(filter: unknown, schema: MetadataSchema | undefined): Sql {
  let conditions = 0

  const all = (value: unknown, depth: number): Sql => {
    if (depth > MAX_DEPTH) throw refusal(`is nested more than ${MAX_DEPTH} deep`)
    if (!isRecord(value)) throw refusal(`has ${describe(value)} where an object of fields belongs`)
    const parts = Object.entries(value)
      .filter(([, wanted]) => wanted !== undefined)
      .map(([key, wanted]): Sql => {
        if (key === 'and') return join(list(key, wanted, depth), sql` and `, sql<boolean>`true`)
        if (key === 'or') return join(list(key, wanted, depth), sql` or `, sql<boolean>`false`)
        if (key === 'not') return sql<boolean>`not ${all(wanted, depth + 1)}`
        return field(key, wanted)
      })
    return join(parts, sql` and `, sql<boolean>`true`)
  }

  const list = (key: string, value: unknown, depth: number): Sql[] => {
    if (!Array.isArray(value))
      throw refusal(`has ${describe(value)} at "${key}", which takes a list of filters`)
    return value.map((part) => all(part, depth + 1))
  }

  const field = (name: string, wanted: unknown): Sql => {
    if (!isStorable(name)) throw refusal('names a field with broken Unicode or a NUL')
    const type = schema === undefined ? undefined : Object.hasOwn(schema, name) ? schema[name] : null
    if (type === null) {
      const known = Object.keys(schema ?? {}).join(', ')
      throw refusal(`names the field ${JSON.stringify(name)}; the schema knows ${known || 'none'}`)
    }
    const check = (value: unknown): Value => {
      const isValue = ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)
      if (!isValue) throw refusal(`compares ${JSON.stringify(name)} with ${describe(value)}`)
      if (type !== undefined && typeof value !== type)
        throw refusal(`compares ${JSON.stringify(name)}, which is a ${type}, with ${describe(value)}`)
      if (typeof value === 'string' && !isStorable(value))
        throw refusal(`compares ${JSON.stringify(name)} with a text that is broken Unicode or has a NUL`)
      return value as Value
    }
    const operators = isRecord(wanted) ? Object.entries(wanted) : [['eq', wanted] as const]
    const parts = operators
      .filter(([, value]) => value !== undefined)
      .map(([operator, value]) => {
        conditions += 1
        if (conditions > MAX_CONDITIONS) throw refusal(`has more than ${MAX_CONDITIONS} conditions`)
        if (!isOperator(operator))
          throw refusal(`has ${JSON.stringify(operator)}; known are ${OPERATORS.join(', ')}`)
        return condition(name, operator, value, check)
      })
    return join(parts, sql` and `, sql<boolean>`true`)
  }

  return all(filter, 0)
}

function condition(name: string, operator: Operator, value: unknown, check: (value: unknown) => Value): Sql {
  const values = (): Value[] => {
    if (!Array.isArray(value)) throw refusal(`has ${describe(value)} at "${operator}", which takes a list`)
    return value.map(check)
  }
  switch (operator) {
    case 'eq':
      return equal(name, [check(value)])
    case 'ne':
      return sql`not ${equal(name, [check(value)])}`
    case 'in':
      return equal(name, values())
    case 'nin':
      return sql`not ${equal(name, values())}`
    case 'exists':
      if (typeof value !== 'boolean') throw refusal(`has ${describe(value)} at "exists"; give true or false`)
      return sql`(document.metadata ? ${name}::text) = ${value}::boolean`
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return compare(name, COMPARISONS[operator], check(value))
  }
}

// `@>` finds the field by itself or in a list, and both through the index.
function equal(name: string, values: Value[]): Sql {
  const alternatives = values
    .flatMap((value) => [{ [name]: value }, { [name]: [value] }])
    .map((wanted) => sql<boolean>`document.metadata @> ${JSON.stringify(wanted)}::text::jsonb`)
  return join(alternatives, sql` or `, sql<boolean>`false`)
}

function compare(name: string, comparison: RawBuilder<unknown>, value: Value): Sql {
  const found = sql`(document.metadata ->> ${name}::text)`
  const type = typeof value
  if (type === 'boolean') return sql`false`
  // The type is looked at first: a text that is no number must not be cast.
  return sql`case when jsonb_typeof(document.metadata -> ${name}::text) = ${type}::text then ${
    type === 'number'
      ? sql`${found}::numeric ${comparison} ${String(value)}::text::numeric`
      : sql`${found} collate "C" ${comparison} ${value}::text`
  } else false end`
}

function join(parts: Sql[], separator: RawBuilder<unknown>, none: Sql): Sql {
  return parts.length === 0 ? none : sql`(${sql.join(parts, separator)})`
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// PostgreSQL refuses the others, and no document has them.
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

const isOperator = (name: string): name is Operator => OPERATORS.some((operator) => operator === name)

const describe = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'an object'
        : `a ${typeof value}`

const refusal = (problem: string): RagError => new RagError('invalid_option', `The filter ${problem}.`)
