import { StoreError } from '../errors.ts'

// JSON.stringify writes NUL and every unpaired surrogate as an escape, and pairs as they are. An odd number of
// backslashes makes an escape; the first alternative skips the pairs that stand for a backslash itself.
const UNSTORABLE = /\\\\|(\\u0000|\\ud[89a-f][0-9a-f]{2})/g

/**
 * The JSON text of a value that goes into a jsonb column. Throws a `StoreError` (`invalid_text`) that names
 * `what` when it holds text that PostgreSQL refuses, before anything is sent.
 */
export function toJson(value: unknown, what: string): string {
  const json = JSON.stringify(value)
  if (!/\\u[0d]/.test(json)) return json
  for (const [, unstorable] of json.matchAll(UNSTORABLE)) {
    if (unstorable === undefined) continue
    const found = unstorable === '\\u0000' ? 'a NUL character' : 'half of a surrogate pair'
    throw new StoreError(
      'invalid_text',
      `${what} has ${found} in its text, which PostgreSQL cannot store. Remove or replace it before saving.`,
    )
  }
  return json
}
