import { nestsDeeperThan, MAX_DEPTH } from '../protocol/check-json.ts'
import { bodyTooLarge } from './read-body.ts'

/**
 * Refuses a body over the usual limit, unless it is a recording to transcribe: an `input.transcribe` in which one
 * string, the audio, is what makes it large. So no other request is ever parsed at that size.
 */
export function assertSize(
  { text, byteLength }: { text: string; byteLength: number },
  maxBytes: number,
): void {
  if (byteLength <= maxBytes) return
  if (byteLength - longestString(text) > maxBytes) throw bodyTooLarge(maxBytes)
  if (nestsDeeperThan(text, MAX_DEPTH) || typeOf(text) !== 'input.transcribe') throw bodyTooLarge(maxBytes)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** The length of the longest string literal in a JSON text. */
function longestString(text: string): number {
  let longest = 0
  let start = -1
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (start === -1) {
      if (char === QUOTE) start = i + 1
    } else if (char === BACKSLASH) i++
    else if (char === QUOTE) {
      longest = Math.max(longest, i - start)
      start = -1
    }
  }
  return longest
}

function typeOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
  } catch {
    return undefined
  }
}
