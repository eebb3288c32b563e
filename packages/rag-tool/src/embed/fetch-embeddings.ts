import { setTimeout as delay } from 'node:timers/promises'
import { RagError } from '../errors.ts'

export interface EmbeddingsService {
  url: string
  model: string
  apiKey: string | undefined
  /** Sent along only where the service shortens vectors. */
  dimensions?: number
  maxRetries: number
  timeoutMs: number
  maxDelayMs: number
}

const FIRST_DELAY_MS = 500
/** Of the name that a service gives to an error. */
const MAX_KIND_CHARS = 60

/** One request, tried again where that may help. Throws a `RagError` that tells the status, never the texts or the key. */
export async function fetchEmbeddings(
  service: EmbeddingsService,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted()
    const outcome = await tryOnce(service, texts, signal)
    if ('vectors' in outcome) return outcome.vectors
    signal?.throwIfAborted()
    if (!outcome.again || attempt >= service.maxRetries)
      throw new RagError(
        'embedder_failed',
        `The embedder "${service.model}" at ${new URL(service.url).origin} ${outcome.reason}` +
          (attempt > 0 ? `, after ${attempt + 1} tries.` : '.'),
        { cause: outcome.cause },
      )
    await wait(Math.min(outcome.afterMs ?? backoffMs(attempt), service.maxDelayMs), signal)
  }
}

type Outcome =
  | { vectors: number[][] }
  | { reason: string; again: boolean; afterMs?: number | undefined; cause?: unknown }

async function tryOnce(
  { url, apiKey, model, dimensions, timeoutMs }: EmbeddingsService,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  try {
    const late = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({ model, input: texts, encoding_format: 'float', dimensions }),
      // A redirect would carry the key and the texts to somewhere else.
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, late]) : late,
    })
    if (response.ok) return readVectors(await response.json(), texts.length)
    const { status } = response
    const body = await response.text()
    // A quota that is used up is not filled by waiting.
    const again = (status === 429 && !body.includes('insufficient_quota')) || status === 408 || status >= 500
    return {
      reason: `answered ${status}${reasonIn(body)}`,
      again,
      afterMs: retryAfterMs(response.headers),
    }
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    const what = name === 'TimeoutError' ? `gave no answer within ${timeoutMs} ms` : 'could not be reached'
    return {
      reason: name === 'SyntaxError' ? 'answered with something else than JSON' : what,
      again: true,
      cause: error,
    }
  }
}

function readVectors(body: unknown, count: number): Outcome {
  const data = isRecord(body) && Array.isArray(body.data) ? body.data : []
  const vectors: number[][] = []
  for (const [nth, entry] of data.entries()) {
    if (!isRecord(entry) || !isVector(entry.embedding)) break
    vectors[typeof entry.index === 'number' ? entry.index : nth] = entry.embedding
  }
  // `index` is the server's word: some position may be missing, or one too many.
  const whole = vectors.length === count && Object.keys(vectors).length === count
  return whole ? { vectors } : { reason: `did not answer with ${count} vectors`, again: false }
}

const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((number) => typeof number === 'number')

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

// Only the kind of error: its message may repeat a part of the key or the texts.
function reasonIn(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body)
    const error = isRecord(parsed) && isRecord(parsed.error) ? parsed.error : {}
    const kind = error.code ?? error.type
    return typeof kind === 'string' ? ` (${kind.replace(/[^\w-]/g, '').slice(0, MAX_KIND_CHARS)})` : ''
  } catch {
    return ''
  }
}

function retryAfterMs(headers: Headers): number | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN)
  if (ms >= 0) return ms
  const after = headers.get('retry-after')
  if (after === null) return undefined
  const seconds = Number(after)
  const until = Number.isNaN(seconds) ? Date.parse(after) - Date.now() : seconds * 1_000
  return Number.isNaN(until) ? undefined : Math.max(0, until)
}

// Half of it by chance, so that many who were refused at once do not come back at once.
const backoffMs = (attempt: number): number => FIRST_DELAY_MS * 2 ** attempt * (0.5 + Math.random() / 2)

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal && { signal })
  } catch {
    // What was aborted is told by the reason of who aborted it.
    signal?.throwIfAborted()
  }
}
