import { RagError } from '../errors.ts'
import type { SearchOptions } from './search-options.ts'

/** Throws where a number of the options makes no sense: PostgreSQL would give an error that nobody understands. */
export function checkSearchOptions(options: Omit<SearchOptions, 'filter'>): void {
  const {
    limit,
    rerankLimit,
    maxPerDocument,
    vectorWeight,
    minScore,
    minWordShare,
    context,
    boosts = [],
  } = options
  whole('limit', limit, 1, 100)
  whole('rerankLimit', rerankLimit, 1, 100)
  whole('maxPerDocument', maxPerDocument, 1, 100)
  whole('context.before', context?.before, 0, 10)
  whole('context.after', context?.after, 0, 10)
  number('vectorWeight', vectorWeight, 0, 1)
  number('minWordShare', minWordShare, 0, 1)
  number('minScore', minScore, -Number.MAX_VALUE, Number.MAX_VALUE)
  for (const { factor } of boosts) number('boosts[].factor', factor, 0, 1_000)
}

function whole(name: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return
  throw new RagError('invalid_option', `${name} is ${value}; give a whole number from ${min} to ${max}.`)
}

function number(name: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (value >= min && value <= max)) return
  const range = max === Number.MAX_VALUE ? '' : ` from ${min} to ${max}`
  throw new RagError('invalid_option', `${name} is ${value}; give a number${range}.`)
}
