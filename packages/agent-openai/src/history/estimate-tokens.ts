import type { AgentInputItem } from '@openai/agents'
import { estimateTokenCount } from 'tokenx'

/** Models split other scripts into more tokens than the estimate, which is made for English, reckons with. */
const NON_LATIN_MARGIN = 1.4

/** Rather too many: what an image costs depends on its size, which is not known here. */
const TOKENS_PER_IMAGE = 1000

/** A few pages. */
const TOKENS_PER_FILE = 2000

const MAX_SAMPLE_LENGTH = 50_000

/** About how many tokens these entries cost a model. */
export function estimateTokens(input: AgentInputItem[]): number {
  return input.reduce((sum, item) => sum + estimateItem(item), 0)
}

function estimateItem(item: AgentInputItem): number {
  if (item.type === 'function_call') return estimateText(item.name) + estimateText(item.arguments)
  if (item.type === 'function_call_result') return estimateText(textOf(item.output))
  if (!('content' in item) || !item.content) return 0
  if (typeof item.content === 'string') return estimateText(item.content)
  return item.content.reduce((sum, part) => sum + estimatePart(part), 0)
}

function estimatePart(part: { type: string }): number {
  if (part.type === 'input_image') return TOKENS_PER_IMAGE
  return part.type === 'input_file' ? TOKENS_PER_FILE : estimateText(textOf(part))
}

/** What these files will cost once they are loaded, in addition to their names. */
export function estimateAttachments(attachments: readonly { type: 'file' | 'image' }[]): number {
  return attachments.reduce(
    (sum, { type }) => sum + (type === 'image' ? TOKENS_PER_IMAGE : TOKENS_PER_FILE),
    0,
  )
}

const textOf = (part: unknown): string => {
  if (typeof part === 'string') return part
  const text = (part as { text?: unknown }).text
  return typeof text === 'string' ? text : ''
}

function estimateText(text: string): number {
  // A megabyte took 150 ms; its beginning tells nearly as well.
  const sample = text.slice(0, MAX_SAMPLE_LENGTH)
  const tokens = Math.ceil(estimateTokenCount(sample) * (text.length / Math.max(sample.length, 1)))
  return isMostlyLatin(text) ? tokens : Math.ceil(tokens * NON_LATIN_MARGIN)
}

/** By the letters in the first few thousand characters. */
function isMostlyLatin(text: string): boolean {
  const letters = text.slice(0, 4000).match(/\p{L}/gu) ?? []
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter))
  return latin.length * 2 >= letters.length
}
