import { Agent, Runner } from '@openai/agents'
import type { ThreadItem } from '@robolearn/chatkit-server-core'
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { toAgentInput } from '../src/index.ts'
import { startResponsesApi } from './responses-api.ts'
import { responseEvents } from './response-events.ts'

type Text = string | { $contains: string[] }
type Part = { type: string; text?: Text; image_url?: string }
type Entry = { role?: string; content?: Part[]; type?: string; arguments?: unknown; output?: unknown }

interface Recording {
  about: string
  items: ThreadItem[]
  expected: { item: string; input: Entry[] }[]
}

const folder = new URL('fixtures/conformance/', import.meta.url)
const recordings = readdirSync(folder)
  .filter((name) => name.startsWith('input-'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recording)

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

describe('recorded thread items', () => {
  let api: Awaited<ReturnType<typeof startResponsesApi>> | undefined
  afterEach(() => api?.close())

  it.each(recordings)('reach the model as recorded: $about', async ({ items, expected }) => {
    api = await startResponsesApi([responseEvents('Yes.')])
    const runner = new Runner({ modelProvider: api.provider, tracingDisabled: true })
    await runner
      .run(new Agent({ name: 'Tutor', model: 'test-model' }), toAgentInput(items), { stream: true })
      .then((result) => result.completed)
    const received = flatten(api.received[0]?.input as Entry[])
    const wanted = flatten(expected.flatMap(({ input }) => input))
    for (const want of wanted) expect(received.some((entry) => isLike(entry, want))).toBe(true)
    for (const entry of received) expect(wanted.some((want) => isLike(entry, want))).toBe(true)
  })
})
