import type { ItemUpdate } from '../protocol/item-updates.ts'
import type { WidgetComponent, WidgetRoot } from '../protocol/widgets.ts'

type ValueDelta = Extract<ItemUpdate, { type: 'widget.streaming_text.value_delta' }>

/**
 * The fewest updates that turn one state of a widget into the next. Where nothing but texts grew at their end
 * (`Text` or `Markdown` with an `id` and a string `value`), one `value_delta` each; for any other difference the
 * whole new root; for none, nothing. A key whose value is null or undefined counts as one that is left out, as on
 * the wire. A `value_delta` with `done` leaves `streaming: false` behind, also where the state does not say so.
 */
export function diffWidget(before: WidgetRoot, after: WidgetRoot): ItemUpdate[] {
  const deltas = grownTexts(before, after)
  if (deltas?.every(({ component_id: id }) => count(after, id) === 1)) return deltas
  return [{ type: 'widget.root.updated', widget: after }]
}

/** One delta for each text that grew, or undefined where anything else differs. */
function grownTexts(before: WidgetComponent, after: WidgetComponent): ValueDelta[] | undefined {
  const deltas: ValueDelta[] = []
  for (const key of keysOf(before, after)) {
    const inner =
      key === 'children'
        ? grownChildren(before, after)
        : key === 'value'
          ? grownValue(before, after)
          : undefined
    if (inner) deltas.push(...inner)
    else if (!isSame(before[key], after[key])) return undefined
  }
  return deltas
}

function grownChildren(before: WidgetComponent, after: WidgetComponent): ValueDelta[] | undefined {
  const [were, are] = [before.children, after.children]
  if (!isComponents(were) || !isComponents(are) || were.length !== are.length) return undefined
  const deltas: ValueDelta[] = []
  for (const [index, child] of are.entries()) {
    const inner = grownTexts(were[index] ?? child, child)
    if (inner === undefined) return undefined
    deltas.push(...inner)
  }
  return deltas
}

// That the types and ids agree is not asked here: they are fields of the component, compared like all others.
function grownValue(before: WidgetComponent, after: WidgetComponent): [ValueDelta] | undefined {
  const { id, type, value, streaming } = after
  if (id === undefined || (type !== 'Text' && type !== 'Markdown')) return undefined
  if (typeof value !== 'string' || typeof before.value !== 'string') return undefined
  if (value === before.value || !value.startsWith(before.value)) return undefined
  const delta = value.slice(before.value.length)
  return [{ type: 'widget.streaming_text.value_delta', component_id: id, delta, done: streaming !== true }]
}

/** How many components carry the id: a delta for one that is there twice would grow both. */
function count(component: WidgetComponent, id: string): number {
  const children = isComponents(component.children) ? component.children : []
  return children.reduce((sum, child) => sum + count(child, id), component.id === id ? 1 : 0)
}

function isSame(before: unknown, after: unknown): boolean {
  if (!isObject(before) || !isObject(after)) return Object.is(before ?? undefined, after ?? undefined)
  if (Array.isArray(before) !== Array.isArray(after)) return false
  if (Array.isArray(before) && Array.isArray(after) && before.length !== after.length) return false
  return keysOf(before, after).every((key) => isSame(before[key], after[key]))
}

const keysOf = (before: object, after: object): string[] => [
  ...new Set([...Object.keys(before), ...Object.keys(after)]),
]

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const isComponents = (value: unknown): value is WidgetComponent[] =>
  Array.isArray(value) && value.every((child) => isObject(child) && typeof child.type === 'string')
