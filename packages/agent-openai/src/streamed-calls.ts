import type { StreamEvent } from '@openai/agents'

type Output = Extract<StreamEvent, { type: 'response_done' }>['response']['output'][number]

/** A call as an AI SDK model streams it. */
interface CallPart {
  toolCallId: string
  toolName: string
  input: string
}

/** Keeps the calls of one response, which the AI SDK's adapter loses where their ids are missing or repeat. */
export class StreamedCalls {
  readonly #parts: CallPart[] = []

  /** To be given every event of the response. */
  observe(event: StreamEvent): void {
    if (event.type !== 'model' || typeof event.event !== 'object' || event.event === null) return
    const { type, toolName, input, toolCallId, providerExecuted } = event.event as Record<string, unknown>
    if (type !== 'tool-call' || typeof toolName !== 'string' || providerExecuted === true) return
    this.#parts.push({
      toolCallId: typeof toolCallId === 'string' ? toolCallId : '',
      toolName,
      input: typeof input === 'string' ? input : JSON.stringify(input ?? {}),
    })
  }

  /** The response's output with what was lost in front of the call that took its place, or else at the end. */
  restore<T extends object>(output: readonly T[]): (T | Output)[] {
    const lost = [...this.#parts]
    for (const item of output) {
      const at = lost.findLastIndex((part) => isSameCall(item, part))
      if (at !== -1) lost.splice(at, 1)
    }
    if (lost.length === 0) return [...output]
    const before = (item: object): Output[] => {
      const same = lost.filter(({ toolCallId }) => toolCallId !== '' && toolCallId === callIdOf(item))
      for (const part of same) lost.splice(lost.indexOf(part), 1)
      return same.map(toCall)
    }
    const kept = output.flatMap((item) => [...before(item), item])
    return [...kept, ...lost.map(toCall)]
  }
}

const toCall = ({ toolCallId, toolName, input }: CallPart): Output => ({
  type: 'function_call',
  callId: toolCallId,
  name: toolName,
  arguments: input,
  status: 'completed',
})

// A tool of a namespace has another name in the output, but then its call has an id.
const isSameCall = (item: object, { toolCallId, input }: CallPart): boolean =>
  callIdOf(item) === toolCallId && (!('arguments' in item) || item.arguments === input)

function callIdOf(item: object): unknown {
  return 'callId' in item ? item.callId : undefined
}
