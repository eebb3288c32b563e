import type { Model, ModelProvider, ModelRequest } from '@openai/agents'

export interface PatienceOptions {
  /** How often a request is sent again that failed before the model said anything. Default 2. */
  maxRetries?: number
  /** How long a model may take to begin its answer, each time. Default 60,000. */
  timeoutMs?: number
}

/** What may pass by itself: too many requests, a conflict, a timeout, a server in trouble. */
const PASSING = new Set([408, 409, 429, 500, 502, 503, 504, 529])
const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 30_000

/**
 * The model with our patience in place of its client's: a request that fails before the first event is sent again,
 * as late as the API asks for. Once the model has begun, its answer may take as long as the run may.
 */
export function patientModel(
  model: Model,
  { maxRetries = 2, timeoutMs = 60_000 }: PatienceOptions = {},
): Model {
  const patience = { maxRetries, timeoutMs }
  return {
    getResponse: async (request) => {
      const [response] = await begin(request, patience, async (sent) => ({
        first: await model.getResponse(sent),
        value: undefined,
      }))
      return response
    },
    getStreamedResponse: async function* (request) {
      const [first, rest] = await begin(request, patience, async (sent) => {
        const events = model.getStreamedResponse(sent)[Symbol.asyncIterator]()
        return { first: await events.next(), value: events }
      })
      let next = first
      try {
        while (!next.done) {
          yield next.value
          next = await rest.next()
        }
      } finally {
        await rest.return?.()
      }
    },
    ...(model.getRetryAdvice && { getRetryAdvice: (args) => model.getRetryAdvice?.(args) }),
  }
}

/** The provider's models with our patience. */
export function patientProvider(provider: ModelProvider, options: PatienceOptions): ModelProvider {
  return { getModel: async (name) => patientModel(await provider.getModel(name), options) }
}

// As the SDK marks its own second attempts: OpenAI's client then sends nothing again by itself.
const ONCE = { _internal: { runnerManagedRetry: true } }

async function begin<F, V>(
  request: ModelRequest,
  { maxRetries, timeoutMs }: Required<PatienceOptions>,
  send: (request: ModelRequest) => Promise<{ first: F; value: V }>,
): Promise<[F, V]> {
  for (let attempt = 0; ; attempt++) {
    const timer = new AbortController()
    const timeout = setTimeout(
      () => timer.abort(new Error(`The model has not begun to answer within ${timeoutMs} ms.`)),
      timeoutMs,
    )
    const signal = request.signal ? AbortSignal.any([request.signal, timer.signal]) : timer.signal
    try {
      const sent = send({ ...request, signal, ...ONCE })
      const { first, value } = await aborting(sent, signal)
      return [first, value]
    } catch (error) {
      if (request.signal?.aborted) throw error
      const failure: unknown = timer.signal.aborted ? timer.signal.reason : error
      if (attempt >= maxRetries || !(timer.signal.aborted || isPassing(error))) throw failure
      await sleep(retryAfterMs(error) ?? FIRST_DELAY_MS * 2 ** attempt, request.signal)
    } finally {
      clearTimeout(timeout)
    }
  }
}

/** Rejects as soon as the signal fires, whatever the model makes of it. */
function aborting<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function isPassing(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { status, statusCode, code, name, cause } = error as Record<string, unknown>
  const advice = headerOf(error, 'x-should-retry')
  if (advice === 'true' || advice === 'false') return advice === 'true'
  const answered = status ?? statusCode
  if (typeof answered === 'number') return PASSING.has(answered)
  return (
    code === 'ECONNRESET' ||
    code === 'ECONNREFUSED' ||
    code === 'ETIMEDOUT' ||
    name === 'APIConnectionError' ||
    (cause !== undefined && isPassing(cause))
  )
}

/** `Retry-After` in seconds or as a date, `retry-after-ms`; bounded, so that no API can hold an answer for ever. */
function retryAfterMs(error: unknown): number | undefined {
  const after = headerOf(error, 'retry-after')
  const milliseconds = Number(headerOf(error, 'retry-after-ms') ?? Number.NaN)
  const wait = [milliseconds, Number(after || Number.NaN) * 1000, Date.parse(after ?? '') - Date.now()]
  const found = wait.find(Number.isFinite)
  return found === undefined ? undefined : Math.min(Math.max(found, 0), MAX_DELAY_MS)
}

function headerOf(error: unknown, name: string): string | undefined {
  const headers = (error as { headers?: { get?: unknown } } | null)?.headers
  if (typeof headers?.get !== 'function') return undefined
  return (headers as Headers).get(name) ?? undefined
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
  })
}
