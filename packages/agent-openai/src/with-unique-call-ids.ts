import type { Model, ModelProvider, ModelRequest, StreamEvent } from '@openai/agents'
import { StreamedCalls } from './streamed-calls.ts'

/**
 * The model with ids of its calls that are there and that do not repeat. Some servers leave the id of a tool call
 * out, some count from zero in every response; the SDK then throws, or skips a tool that it takes for called. An id
 * that stands in the conversation already, or a second time in one response, is minted anew.
 */
export function withUniqueCallIds(model: Model): Model {
  if (wrapped.has(model)) return model
  const made: Model = {
    ...(model.supportsPromptModelSelection !== undefined && {
      supportsPromptModelSelection: model.supportsPromptModelSelection,
    }),
    ...(model.getRetryAdvice && { getRetryAdvice: (args) => model.getRetryAdvice?.(args) }),
    getResponse: async (request) => {
      const response = await model.getResponse(request)
      return { ...response, output: withUniqueIds(response.output, request) }
    },
    getStreamedResponse: (request) => streamed(model, request),
  }
  wrapped.add(made)
  return made
}

// Twice would call a tool twice: what the first has restored, the second would take for lost.
const wrapped = new WeakSet<Model>()

/** As `withUniqueCallIds`, for every model of a provider. */
export function providerWithUniqueCallIds(provider: ModelProvider): ModelProvider {
  return { getModel: async (name) => withUniqueCallIds(await provider.getModel(name)) }
}

async function* streamed(model: Model, request: ModelRequest): AsyncGenerator<StreamEvent> {
  const calls = new StreamedCalls()
  for await (const event of model.getStreamedResponse(request)) {
    calls.observe(event)
    if (event.type !== 'response_done') {
      yield event
      continue
    }
    const output = withUniqueIds(calls.restore(event.response.output), request)
    yield { ...event, response: { ...event.response, output } }
  }
}

function withUniqueIds<T extends object>(output: readonly T[], { input }: ModelRequest): T[] {
  const taken = new Set(typeof input === 'string' ? [] : input.flatMap((item) => callIdOf(item) ?? []))
  return output.map((item) => {
    if (!('type' in item) || item.type !== 'function_call') return item
    const given = callIdOf(item)
    const callId = given && !taken.has(given) ? given : mintCallId(taken)
    taken.add(callId)
    return callId === given ? item : { ...item, callId }
  })
}

function callIdOf(item: object): string | undefined {
  const callId = 'callId' in item ? item.callId : undefined
  return typeof callId === 'string' ? callId : undefined
}

const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

/** Nine letters and digits, which is the only form that Mistral's API takes; every other takes it, too. */
function mintCallId(taken: ReadonlySet<string>): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9))
  const id = Array.from(bytes, (byte) => ALPHABET.charAt(byte & 31)).join('')
  return taken.has(id) ? mintCallId(taken) : id
}
