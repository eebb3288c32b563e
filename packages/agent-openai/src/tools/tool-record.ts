import { cutText } from '../cut-text.ts'

const MAX_OUTPUT_LENGTH = 4000

/**
 * A call of a tool on the server, as it is kept in the thread: the content of a hidden item, so that the model
 * remembers in later turns what it looked up.
 */
export interface ToolRecord {
  type: 'tool_call'
  call_id: string
  name: string
  /** JSON, as the model wrote it. */
  arguments: string
  /** At most 4,000 UTF-16 code units. */
  output: string
}

export function toolRecord(call: {
  callId: string
  name: string
  arguments: string
  output: string
}): ToolRecord {
  const { callId, name, arguments: args, output } = call
  return {
    type: 'tool_call',
    call_id: callId,
    name,
    arguments: args,
    output: cutText(output.toWellFormed().replaceAll('\0', '\uFFFD'), MAX_OUTPUT_LENGTH),
  }
}

/** The record that a hidden item holds; undefined where it holds something else. */
export function toolRecordOf(content: unknown): ToolRecord | undefined {
  if (typeof content !== 'object' || content === null) return undefined
  const { type, call_id: callId, name, arguments: args, output } = content as Record<string, unknown>
  const isRecord =
    type === 'tool_call' && [callId, name, args, output].every((value) => typeof value === 'string')
  return isRecord ? (content as ToolRecord) : undefined
}
