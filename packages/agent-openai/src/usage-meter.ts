import type { RunStreamEvent } from '@openai/agents'
import type { RunUsage } from '@robolearn/chatkit-server-core'

export interface Tokens {
  inputTokens: number
  outputTokens: number
  totalTokens: number
}

/** Measures one run of an agent: which model answered, how soon, and what it cost. */
export class UsageMeter {
  readonly #begunMs = performance.now()
  #model: string | undefined
  #firstTokenMs: number | undefined

  observe(event: RunStreamEvent): void {
    if (event.type !== 'raw_model_stream_event') return
    const { data } = event
    if (data.type === 'output_text_delta') {
      this.#firstTokenMs ??= Math.round(performance.now() - this.#begunMs)
    } else if (data.type === 'model') {
      this.#model ??= modelOf(data.event)
    }
  }

  /** `tokens` are given where the run has ended by itself: of one that was cut off they are not known. */
  usage(tokens: Tokens | undefined): RunUsage {
    return {
      isComplete: tokens !== undefined,
      ...(this.#model !== undefined && { model: this.#model }),
      ...(this.#firstTokenMs !== undefined && { firstTokenMs: this.#firstTokenMs }),
      ...(tokens && {
        inputTokens: tokens.inputTokens,
        outputTokens: tokens.outputTokens,
        totalTokens: tokens.totalTokens,
      }),
    }
  }
}

/** The Responses API names its model in `response`, Chat Completions in each chunk. */
function modelOf(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null) return undefined
  const { model, response } = event as { model?: unknown; response?: { model?: unknown } }
  const name = response?.model ?? model
  return typeof name === 'string' ? name : undefined
}
