import { Agent, OpenAIProvider, Runner } from '@openai/agents'
import type { ThreadItem } from '@robolearn/chatkit-server-core'
import { toAgentInput } from '../../src/index.ts'
import { openModelDouble } from '../../src/testing/index.ts'

type Text = string | { $contains: string[] }
type Part = { type: string; text?: Text; image_url?: string }
type Entry = { role?: string; content?: Part[]; type?: string; arguments?: unknown; output?: unknown }

export interface InputRecording {
  kind: 'input'
  items: ThreadItem[]
  expected: { item: string; input: Entry[] }[]
}

/** Sends thread items to the model's API and gives the first entry that it should have received and did not, or did and should not. */
export async function replayInput({ items, expected }: InputRecording): Promise<string | undefined> {
  await using double = await openModelDouble({ script: ['Yes.'] })
  const modelProvider = new OpenAIProvider({ apiKey: 'test', baseURL: double.baseUrl, useResponses: true })
  const runner = new Runner({ modelProvider, tracingDisabled: true })
  const agent = new Agent({ name: 'Tutor', model: 'test-model' })
  const result = await runner.run(agent, toAgentInput(items), { stream: true })
  await result.completed
  const received = flatten(double.requests[0]?.body.input as Entry[])
  const wanted = flatten(expected.flatMap(({ input }) => input))
  const missing = wanted.find((want) => !received.some((entry) => isLike(entry, want)))
  if (missing !== undefined) return `input: expected ${JSON.stringify(missing)}, got no such entry`
  const extra = received.find((entry) => !wanted.some((want) => isLike(entry, want)))
  return extra === undefined ? undefined : `input: expected no such entry, got ${JSON.stringify(extra)}`
}

/** What the model's API receives, without what the recordings leave out; every part of a message by itself. */
function flatten(entries: Entry[]): unknown[] {
  return entries.flatMap((entry): unknown[] => {
    if (!entry.content) {
      const { type, call_id: callId, name } = entry as Record<string, unknown>
      const json = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value)
      return type === 'function_call'
        ? [{ type, callId, name, arguments: json(entry.arguments) }]
        : [{ type, callId, output: json(entry.output) }]
    }
    return entry.content.map(({ type, text, image_url: image }) => ({
      role: entry.role,
      type,
      ...(text === undefined ? {} : { text }),
      ...(image === undefined ? {} : { image }),
    }))
  })
}

function isLike(received: unknown, expected: unknown): boolean {
  const { text, ...rest } = expected as { text?: Text }
  const { text: given, ...others } = received as { text?: string }
  if (JSON.stringify(rest) !== JSON.stringify(others)) return false
  if (typeof text !== 'object') return given === text
  return text.$contains.every((words) => given?.includes(words))
}
