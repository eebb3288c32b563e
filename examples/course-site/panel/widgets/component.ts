/** A part of a widget as it came over the wire: nothing but its type is certain. */
export interface Component {
  type: string
  readonly [field: string]: unknown
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isComponent(value: unknown): value is Component {
  return isRecord(value) && typeof value['type'] === 'string'
}

/** The parts in a field: a list, or one by itself. What is no component is left out. */
export function componentsOf(value: unknown): Component[] {
  return (Array.isArray(value) ? value : [value]).filter(isComponent)
}

/** A field's text; a number is text too, and anything else is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A field's text for an attribute: `undefined` leaves the attribute out. */
export function textOrNone(value: unknown): string | undefined {
  return textOf(value) || undefined
}

/** A field that is one of these words, or the first of them. */
export function oneOf<T extends string>(value: unknown, words: readonly [T, ...T[]]): T {
  return words.find((word) => word === value) ?? words[0]
}

/** An attribute that is there or not. */
export function flag(value: unknown): string | undefined {
  return value === true ? '' : undefined
}
