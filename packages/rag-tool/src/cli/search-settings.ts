import type { ParseArgsOptionsConfig } from 'node:util'
import type { SearchOptions } from '../search/search-options.ts'
import { UsageError, type Call } from './command.ts'

/** The options of `search` and `eval` that say how to search. */
export const SEARCH_SETTINGS = {
  limit: { type: 'string' },
  mode: { type: 'string' },
  fusion: { type: 'string' },
  'vector-weight': { type: 'string' },
  'min-word-share': { type: 'string' },
} as const satisfies ParseArgsOptionsConfig

export const SEARCH_SETTINGS_HELP = [
  '--limit N           how many passages. Default: 5',
  '--mode MODE         lexical, vector or hybrid. Default: hybrid with an embedder, else lexical',
  '--vector-weight W   what the vectors weigh in hybrid, 0 to 1. Default: 0.3',
  '--min-word-share S  least share of the best score of the words, 0 to 1. Default: 0; the tool for models has 0.4',
  '--fusion WAY        how hybrid joins both: convex or rrf. Default: convex',
]

export function readSearchSettings({ values }: Call): Omit<SearchOptions, 'limit'> & { limit: number } {
  const number = (name: string): number | undefined => {
    const text = values[name]
    if (typeof text !== 'string') return undefined
    const value = Number(text)
    if (text.trim() === '' || Number.isNaN(value)) throw new UsageError(`--${name} must be a number`)
    return value
  }
  const oneOf = <T extends string>(name: string, known: readonly T[]): T | undefined => {
    const text = values[name]
    if (text === undefined) return undefined
    const found = known.find((value) => value === text)
    if (found === undefined) throw new UsageError(`--${name} must be ${known.join(', ')}`)
    return found
  }
  const mode = oneOf('mode', ['lexical', 'vector', 'hybrid'])
  const fusion = oneOf('fusion', ['convex', 'rrf'])
  const vectorWeight = number('vector-weight')
  const minWordShare = number('min-word-share')
  return {
    limit: number('limit') ?? 5,
    ...(mode && { mode }),
    ...(fusion && { fusion }),
    ...(vectorWeight !== undefined && { vectorWeight }),
    ...(minWordShare !== undefined && { minWordShare }),
  }
}
