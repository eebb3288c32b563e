import type { RequestIssue } from '../errors.ts'

/** The deepest nesting of arrays and objects that is parsed. */
export const MAX_DEPTH = 64

const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Whether brackets in `text` nest deeper than `limit`. A scan of the characters, before anything is parsed:
 * thousands of levels overflow the stack of validators and of `JSON.stringify`.
 */
export function nestsDeeperThan(text: string, limit: number): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (inString) {
      if (char === BACKSLASH) i++
      else if (char === QUOTE) inString = false
    } else if (char === QUOTE) inString = true
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > limit) return true
    } else if (char === 0x5d || char === 0x7d) depth--
  }
  return false
}

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * The first thing in a parsed value that cannot be stored or must not be merged: a NUL or a lone surrogate in a
 * string or key, or a key that reaches prototypes.
 */
export function findUnsafe(value: unknown, path = ''): RequestIssue | undefined {
  if (typeof value === 'string') {
    const fault = unsafeText(value)
    return fault === undefined ? undefined : { path, message: fault }
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      const found = findUnsafe(element, `${path}[${index}]`)
      if (found) return found
    }
    return undefined
  }
  for (const [key, element] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) return { path, message: `has the key "${key}", which is not accepted` }
    if (unsafeText(key) !== undefined) return { path, message: 'has a key that is not well-formed text' }
    const found = findUnsafe(element, path === '' ? key : `${path}.${key}`)
    if (found) return found
  }
  return undefined
}

function unsafeText(text: string): string | undefined {
  if (text.includes('\0')) return 'contains a NUL character, which cannot be stored'
  if (!text.isWellFormed()) return 'contains half of a surrogate pair, which is no text'
  return undefined
}
