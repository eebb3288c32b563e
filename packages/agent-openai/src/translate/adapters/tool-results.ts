import type { RunStreamEvent } from '@openai/agents'
import type { ModelEvent } from '../model-event.ts'

type RunItemEvent = Extract<RunStreamEvent, { type: 'run_item_stream_event' }>

/** Reads the outputs of tools, and joins each to the arguments of its call. */
export function createToolResultReader(): (event: RunItemEvent) => readonly ModelEvent[] {
  const argumentsOf = new Map<string, string>()
  return ({ item: { rawItem: raw } }) => {
    if (raw?.type === 'function_call') argumentsOf.set(raw.callId, raw.arguments)
    if (raw?.type !== 'function_call_result') return []
    const { callId, name, output } = raw
    const args = argumentsOf.get(callId)
    if (args === undefined) return []
    return [
      { type: 'tool_result', call: { call_id: callId, name, arguments: args, output: outputText(output) } },
    ]
  }
}

/** What a tool gave, as far as it is text. */
function outputText(output: unknown): string {
  if (typeof output === 'string') return output
  if (Array.isArray(output)) return output.map(outputText).filter(Boolean).join('\n')
  const { type, text } = output as { type?: unknown; text?: unknown }
  if (typeof text === 'string') return text
  return typeof type === 'string' ? `(${type})` : JSON.stringify(output)
}
