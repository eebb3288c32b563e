/** Time in which the model sends nothing: so many milliseconds, or until a promise settles. Ends with the connection. */
export type Pause = { waitMs: number } | { until: Promise<unknown> }

/** A text in one go (sent word by word), or in the pieces and with the pauses in which it is to be sent. */
export type Pieces = string | readonly (string | Pause)[]

/** A citation as the Responses API writes it: `url_citation`, `file_citation`, `container_file_citation`, … */
export interface Citation {
  readonly type: string
  readonly [field: string]: unknown
}

/** One thing that the model puts out. Ids that are not given are minted, no two alike. */
export type ModelOutput =
  | {
      readonly type: 'text'
      readonly text: Pieces
      readonly citations?: readonly Citation[]
      readonly id?: string
    }
  | { readonly type: 'refusal'; readonly refusal: Pieces; readonly id?: string }
  | {
      readonly type: 'reasoning'
      /** A text for each summary. Chat Completions models send them as one. */
      readonly summary: readonly Pieces[]
      readonly encryptedContent?: string
      readonly id?: string
    }
  | {
      readonly type: 'tool_call'
      readonly name: string
      /** An object is sent as its JSON; a text as it is, also where it is no JSON. */
      readonly arguments?: Record<string, unknown> | Pieces
      /** `null`: the call comes without one, as some servers do it (only in Chat Completions may it be missing). */
      readonly callId?: string | null
      readonly id?: string
    }
  | {
      readonly type: 'image'
      /** Base64. */
      readonly data: string
      /** Base64 of each preview. Chat Completions know none. */
      readonly previews?: readonly (string | Pause)[]
      readonly id?: string
    }

/**
 * How an answer ends.
 * - `completed`: as it should.
 * - `incomplete`: at the limit of tokens (`response.incomplete`; finish reason `length`).
 * - `content_filter`: the provider's filter ended it.
 * - `failed`: with an error in mid-stream (`response.failed`; a chunk that is an error).
 * - `cut`: the connection is torn down in the middle of the last output.
 * - `unfinished`: the stream ends in good order, but without a last event or a finish reason.
 */
export type Ending = 'completed' | 'incomplete' | 'content_filter' | 'failed' | 'cut' | 'unfinished'

export interface ModelUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly reasoningTokens?: number
  readonly cachedTokens?: number
}

/** An answer, in the form of whichever API is asked, streamed or whole as the request wants it. */
export interface ModelAnswer {
  /** Nothing in it: an empty answer. */
  readonly output: readonly ModelOutput[]
  readonly ending?: Ending
  /** Before the first byte, the status line included. */
  readonly delay?: Pause
  /** Between two pieces of a text, of arguments, of a summary. */
  readonly paceMs?: number
  readonly usage?: ModelUsage
  /** The id of the response; `null` leaves it out of every chunk of Chat Completions. */
  readonly responseId?: string | null
  /** What Chat Completions models call their reasoning. Default `reasoning_content`. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning'
}

/** Streaming events of either API, word for word. A request that does not stream is sent the last `response`. */
export interface RawAnswer {
  readonly events: readonly (Record<string, unknown> | Pause)[]
  /** Whether the connection is torn down after the last event. */
  readonly isCut?: boolean
}

/** Any other reply: an error of the API, or the JSON of an endpoint of its own. */
export interface StatusReply {
  readonly status: number
  /** Default: an error in OpenAI's form that names the status. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number
  readonly delay?: Pause
}

/** What one request is answered with. A bare text is an answer of that text. */
export type ModelReply = string | ModelAnswer | RawAnswer | StatusReply

export function isPause(value: unknown): value is Pause {
  return typeof value === 'object' && value !== null && ('waitMs' in value || 'until' in value)
}

/** The pieces of a text, word by word where it was given whole, with the answer's pauses between them. */
export function piecesOf(text: Pieces, paceMs = 0): (string | Pause)[] {
  const pieces = typeof text === 'string' ? (text.match(/\S+\s*|\s+/g) ?? []) : text
  return paceMs > 0
    ? pieces.flatMap((piece, index) => (index === 0 ? [piece] : [{ waitMs: paceMs }, piece]))
    : [...pieces]
}

export function wholeText(text: Pieces): string {
  return typeof text === 'string' ? text : text.filter((piece) => typeof piece === 'string').join('')
}

/** The arguments of a call as a text in pieces. */
export function argumentPieces(output: Extract<ModelOutput, { type: 'tool_call' }>): Pieces {
  const { arguments: given = {} } = output
  return typeof given === 'string' || isPieces(given) ? given : [JSON.stringify(given)]
}

const isPieces = (given: Record<string, unknown> | readonly (string | Pause)[]) => Array.isArray(given)
