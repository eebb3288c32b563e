import { parseArgs } from 'node:util'

export interface Arguments {
  name: string
  count: number
  seed: number
  useDefaults: boolean
}

/** What the command line asks for: a fault, or the help. Throws an `ArgumentError` that says what is wrong with it. */
export function parseArguments(args: readonly string[], names: readonly string[]): Arguments | 'help' {
  const { values, positionals } = parsed(args)
  if (values.help) return 'help'
  const [name, ...others] = positionals
  if (name === undefined) throw new ArgumentError('Which fault?')
  if (!names.includes(name)) throw new ArgumentError(`There is no fault "${name}".`)
  if (others.length > 0) throw new ArgumentError(`"${others.join(' ')}" is one too many: give one fault.`)
  return {
    name,
    count: wholeNumber('-n', values.count, 1) ?? DEFAULT_COUNT,
    seed: wholeNumber('--seed', values.seed, 0) ?? Math.floor(Math.random() * 1_000_000),
    useDefaults: values.defaults,
  }
}

export class ArgumentError extends Error {}

const DEFAULT_COUNT = 20

const OPTIONS = {
  count: { type: 'string', short: 'n' },
  seed: { type: 'string' },
  defaults: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error))
  }
}

function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text)
  throw new ArgumentError(`${option} takes a whole number of at least ${least}, not "${text}".`)
}
