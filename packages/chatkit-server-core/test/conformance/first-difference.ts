/** Wording that a server may choose for itself. */
const ANY_TEXT = '<any text>'

/**
 * Where two JSON values differ first, as `path: expected …, got …`; undefined where they are the same. The order of
 * keys is free; a key that is missing, extra or null is a difference.
 */
export function firstDifference(expected: unknown, got: unknown, path: string): string | undefined {
  if (expected === ANY_TEXT && typeof got === 'string') return undefined
  if (Array.isArray(expected) && Array.isArray(got)) {
    for (let i = 0; i < Math.max(expected.length, got.length); i++) {
      if (i >= expected.length) return told(`${path}[${i}]`, 'nothing more', show(got[i]))
      if (i >= got.length) return told(`${path}[${i}]`, show(expected[i]), 'nothing more')
      const difference = firstDifference(expected[i], got[i], `${path}[${i}]`)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  if (isObject(expected) && isObject(got)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(got)])) {
      const at = `${path}.${key}`
      if (!Object.hasOwn(got, key)) return told(at, show(expected[key]), 'no such key')
      if (!Object.hasOwn(expected, key)) return told(at, 'no such key', show(got[key]))
      const difference = firstDifference(expected[key], got[key], at)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  return Object.is(expected, got) ? undefined : told(path, show(expected), show(got))
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const told = (path: string, expected: string, got: string): string =>
  `${path}: expected ${expected}, got ${got}`

const MAX_SHOWN = 200

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}
