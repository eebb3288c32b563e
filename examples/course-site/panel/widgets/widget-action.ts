import type { ActionConfig } from '@robolearn/chatkit-server-core/widgets'
import { isRecord } from './component.ts'

/** Where an action is written on an element; one table for those who write and those who read. */
export const ON = { click: 'data-on-click', change: 'data-on-change', submit: 'data-on-submit' } as const

/** The action as the attribute's text; no attribute where there is no action. */
export function writeAction(action: unknown): string | undefined {
  return isRecord(action) && typeof action['type'] === 'string' ? JSON.stringify(action) : undefined
}

/** What `writeAction` wrote on the element. */
export function readAction(owner: Element, on: keyof typeof ON): ActionConfig | undefined {
  const written = owner.getAttribute(ON[on])
  return written === null ? undefined : (JSON.parse(written) as ActionConfig)
}

function valueOf(control: Element): string | boolean | undefined {
  if (control instanceof HTMLInputElement && control.type === 'checkbox') return control.checked
  if (control instanceof HTMLInputElement && control.type === 'radio') {
    return control.checked ? control.value : undefined
  }
  const isField =
    control instanceof HTMLInputElement ||
    control instanceof HTMLTextAreaElement ||
    control instanceof HTMLSelectElement
  return isField ? control.value : undefined
}

const namedBelow = (root: Element): Element[] =>
  root.matches('[data-field]') ? [root] : [...root.querySelectorAll('[data-field]')]

/** The values of the fields below an element (or of itself), by their names. A choice that was not made has none. */
function valuesOf(root: Element): Record<string, string | boolean> {
  const values = namedBelow(root).flatMap((control): [string, string | boolean][] => {
    const value = valueOf(control)
    return value === undefined ? [] : [[control.getAttribute('data-field') ?? '', value]]
  })
  return Object.fromEntries(values)
}

/**
 * The action as it is sent: with the values of all fields of the form that its element stands in, or else with the
 * value of the field that was changed.
 */
export function withValues(action: ActionConfig, owner: Element): ActionConfig {
  const form = owner.closest('form')
  const values = form ? valuesOf(form) : owner.matches('[data-field]') ? valuesOf(owner) : {}
  if (Object.keys(values).length === 0) return action
  return { ...action, payload: { ...action.payload, ...values } }
}
