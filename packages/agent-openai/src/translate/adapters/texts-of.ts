import { wholeText } from '../whole-text.ts'

/** The texts of a message's parts, refusals among them, without empty ones. The same in the raw and in the SDK's form. */
export function textsOf(content: readonly unknown[]): string[] {
  return content.flatMap((part) => {
    const { type, text, refusal } = part as { type?: string; text?: unknown; refusal?: unknown }
    const words = type === 'output_text' ? text : type === 'refusal' ? refusal : undefined
    return typeof words === 'string' && words !== '' ? [wholeText(words)] : []
  })
}
