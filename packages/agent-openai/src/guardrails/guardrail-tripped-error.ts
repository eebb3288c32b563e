const MARK = Symbol.for('@robolearn/agent-openai/GuardrailTrippedError')

/** A guardrail of the agent has refused the user's message (`input`) or the agent's answer (`output`). */
export class GuardrailTrippedError extends Error {
  override readonly name = 'GuardrailTrippedError'
  readonly kind: 'input' | 'output'
  /** The guardrail's name. */
  readonly guardrail: string
  /** What the guardrail gave as `outputInfo`. Not for users. */
  readonly info: unknown

  constructor(
    { kind, guardrail, info }: { kind: 'input' | 'output'; guardrail: string; info?: unknown },
    options?: ErrorOptions,
  ) {
    super(`The ${kind} guardrail "${guardrail}" tripped.`, options)
    this.kind = kind
    this.guardrail = guardrail
    this.info = info
    // It may hold what was said, which no logger is to print.
    Object.defineProperty(this, 'info', { value: info, enumerable: false })
    Object.defineProperty(this, MARK, { value: true })
  }

  /** Unlike `instanceof`, right even when two copies of this package are installed. */
  static isInstance(value: unknown): value is GuardrailTrippedError {
    return typeof value === 'object' && value !== null && MARK in value
  }
}

/** The SDK's errors of a tripped guardrail as ours; undefined for any other. Known by shape: there may be two SDKs. */
export function toGuardrailTripped(error: unknown): GuardrailTrippedError | undefined {
  if (GuardrailTrippedError.isInstance(error)) return error
  if (!(error instanceof Error) || !('result' in error)) return undefined
  const { guardrail, output } = (error.result ?? {}) as {
    guardrail?: { type?: unknown; name?: unknown }
    output?: { outputInfo?: unknown }
  }
  const kind = guardrail?.type
  if (kind !== 'input' && kind !== 'output') return undefined
  return new GuardrailTrippedError({ kind, guardrail: String(guardrail?.name), info: output?.outputInfo })
}
