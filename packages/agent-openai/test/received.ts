import type { ScriptedModel } from '@openai/agents/testing'

interface Message {
  role?: string
  content?: string | { type: string; text?: string }[]
}

/** What the model was sent, call by call: each message as its role and its whole text. */
export function received(
  model: ScriptedModel,
): { instructions: string; messages: { role: string; text: string }[] }[] {
  return model.calls.map(({ request }) => ({
    instructions: request.systemInstructions ?? '',
    messages: (request.input as Message[]).map(({ role = '', content = '' }) => ({
      role,
      text: typeof content === 'string' ? content : content.map((part) => part.text ?? '').join(''),
    })),
  }))
}

/** The entries that the model was sent last. */
export const inputOf = <T>(model: ScriptedModel): T[] => (model.lastCall?.request.input ?? []) as T[]

/** What stands between the delimiters of a data block; undefined where the text is no block, or not only one. */
export function insideOf(text: string): string | undefined {
  const parts = text.split(/<\/?untrusted_data>/)
  const [before, inside, after] = parts
  return parts.length === 3 && before && after === '' && !before.includes('<') ? inside : undefined
}
