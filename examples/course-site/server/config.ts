import { resolve } from 'node:path'

export interface Config {
  port: number
  host: string
  /** Where everything that survives a restart is kept; absolute. */
  dataDir: string
  /** A PostgreSQL server; without it an embedded database in `dataDir`. */
  databaseUrl: string | undefined
  /** OpenAI, or what speaks its API; without a key the local model answers. */
  openai: { apiKey: string; baseUrl: string | undefined; model: string } | undefined
  /** The local model's pause between two tokens. */
  modelDelayMs: number
  /** Whether to sign learners in without a password although others can reach this address. */
  signInAnywhere: boolean
  /** How many requests that cost something a learner may send in a minute; 0: any number. */
  rateLimitPerMinute: number
  /** `https://course.example`: where the site is reached from the outside, without a path; undefined: where the page is. */
  publicUrl: string | undefined
  /** OpenAI's key for this domain: pages then load OpenAI's client in place of the built-in panel. */
  domainKey: string | undefined
}

/** A setting that cannot be used. Its message is for the person who started the server. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** What is asked where a key is set and `OPENAI_MODEL` is not. */
const OPENAI_MODEL = 'gpt-5-mini'

const REPOSITORY = resolve(import.meta.dirname, '../../..')

/** Reads the environment. An empty variable counts as unset. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const text = (name: string): string | undefined => env[name] || undefined
  const apiKey = text('OPENAI_API_KEY')
  return {
    port: numberOf('PORT', text('PORT') ?? '3000', 65_535),
    host: text('HOST') ?? '127.0.0.1',
    dataDir: resolve(REPOSITORY, text('DATA_DIR') ?? '.data'),
    databaseUrl: text('DATABASE_URL'),
    openai:
      apiKey === undefined
        ? undefined
        : { apiKey, baseUrl: text('OPENAI_BASE_URL'), model: text('OPENAI_MODEL') ?? OPENAI_MODEL },
    modelDelayMs: numberOf('MODEL_DELAY_MS', text('MODEL_DELAY_MS') ?? '15', 60_000),
    signInAnywhere: text('DEMO_SIGN_IN') === 'anywhere',
    rateLimitPerMinute: numberOf('RATE_LIMIT_PER_MINUTE', text('RATE_LIMIT_PER_MINUTE') ?? '120', 1_000_000),
    publicUrl: originOf('PUBLIC_URL', text('PUBLIC_URL')),
    domainKey: text('CHATKIT_DOMAIN_KEY'),
  }
}

function numberOf(name: string, text: string, max: number): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 0 && number <= max) return number
  throw new ConfigError(`${name} is "${text}", but must be a whole number from 0 to ${max}.`)
}

function originOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const origin = URL.canParse(text) ? new URL(text).origin : 'null'
  if (/^https?:/.test(origin) && origin === text.replace(/\/$/, '')) return origin
  throw new ConfigError(
    `${name} is "${text}", but must be an address without a path, like https://course.example.`,
  )
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
