import { z } from 'zod'
import { cutText } from './cut-text.ts'

const MAX_ARGUMENTS_LENGTH = 10_000
const MAX_OUTPUT_LENGTH = 10_000

const keptToolCall = z.object({
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
  output: z.string(),
})

/** A tool's call of an earlier turn with its output, as a hidden item holds it. */
export type KeptToolCall = z.infer<typeof keptToolCall>

/** What a hidden item is to hold so that later turns know what was looked up; long outputs are cut. */
export function keepToolCall(call: KeptToolCall): { tool_call: KeptToolCall } {
  // Half of a JSON is none: a model's API may refuse it.
  const args = call.arguments.length > MAX_ARGUMENTS_LENGTH ? '{}' : call.arguments
  return { tool_call: { ...call, arguments: args, output: cutText(call.output, MAX_OUTPUT_LENGTH) } }
}

/** The call that a hidden item holds, if it holds one. */
export function toolCallIn(content: unknown): KeptToolCall | undefined {
  const parsed = z.object({ tool_call: keptToolCall }).safeParse(content)
  return parsed.success ? parsed.data.tool_call : undefined
}
