import { element } from '../element.ts'
import { type Component, flag, isRecord, oneOf, textOf, textOrNone } from './component.ts'
import type { WidgetPart } from './render-component.ts'
import { ON, writeAction } from './widget-action.ts'

const INPUT_TYPES = ['text', 'number', 'email', 'password', 'tel', 'url'] as const

/** What all fields share: their name in the payload, and the name that they are called by. */
function fieldAttributes(field: Component, part: WidgetPart): Record<string, string | undefined> {
  const name = textOf(field['name'])
  const id = part.fieldId(name)
  return {
    id,
    class: 'widget-field',
    'data-field': name,
    // A label of its own says it better.
    'aria-label': part.isLabelled(name) ? undefined : textOf(field['placeholder']) || name,
    required: flag(field['required']),
    disabled: flag(field['disabled']),
    [ON.change]: writeAction(field['onChangeAction']),
  }
}

export function renderTextField(field: Component, part: WidgetPart): HTMLElement {
  return element('input', {
    ...fieldAttributes(field, part),
    type: oneOf(field['inputType'], INPUT_TYPES),
    value: textOf(field['defaultValue']),
    placeholder: textOrNone(field['placeholder']),
    pattern: textOrNone(field['pattern']),
    autocomplete: textOrNone(field['autoComplete']) ?? 'off',
    dir: 'auto',
  })
}

export function renderTextarea(field: Component, part: WidgetPart): HTMLElement {
  return element(
    'textarea',
    {
      ...fieldAttributes(field, part),
      rows: textOrNone(field['rows']) ?? '3',
      placeholder: textOrNone(field['placeholder']),
      dir: 'auto',
    },
    textOf(field['defaultValue']),
  )
}

export function renderDatePicker(field: Component, part: WidgetPart): HTMLElement {
  const day = (value: unknown): string | undefined => textOf(value).slice(0, 10) || undefined
  return element('input', {
    ...fieldAttributes(field, part),
    type: 'date',
    value: day(field['defaultValue']),
    min: day(field['min']),
    max: day(field['max']),
  })
}

interface Option {
  value: string
  label: string
  disabled: string | undefined
}

function optionsOf(field: Component): Option[] {
  const options: unknown = field['options']
  return (Array.isArray(options) ? options : []).filter(isRecord).map(({ value, label, disabled }) => ({
    value: textOf(value),
    label: textOf(label) || textOf(value),
    disabled: flag(disabled),
  }))
}

export function renderSelect(field: Component, part: WidgetPart): HTMLElement {
  const chosen = textOf(field['defaultValue'])
  const options = optionsOf(field).map(({ value, label, disabled }) =>
    element('option', { value, disabled, selected: flag(value === chosen) }, label),
  )
  const mayBeEmpty = chosen === '' || field['clearable'] === true
  const none = element('option', { value: '' }, textOf(field['placeholder']) || 'Choose…')
  const select = element('select', fieldAttributes(field, part), ...(mayBeEmpty ? [none] : []), ...options)
  return element('div', { class: 'widget-select' }, select)
}

export function renderCheckbox(field: Component, part: WidgetPart): HTMLElement {
  const label = textOf(field['label'])
  const box = element('input', {
    ...fieldAttributes(field, part),
    ...(label ? { 'aria-label': undefined } : {}),
    class: 'widget-choice-mark',
    type: 'checkbox',
    checked: flag(field['defaultChecked']),
  })
  return element('label', { class: 'widget-choice' }, box, element('span', { dir: 'auto' }, label))
}

export function renderRadioGroup(field: Component, part: WidgetPart): HTMLElement {
  const name = textOf(field['name'])
  const id = part.fieldId(name)
  const { 'aria-label': fallback, disabled, ...shared } = fieldAttributes(field, part)
  const choices = optionsOf(field).map((option) => {
    const mark = element('input', {
      ...shared,
      id: undefined,
      class: 'widget-choice-mark',
      type: 'radio',
      // Radio buttons of other widgets are not of this group.
      name: id,
      value: option.value,
      checked: flag(option.value === field['defaultValue']),
      disabled: disabled ?? option.disabled,
    })
    return element('label', { class: 'widget-choice' }, mark, element('span', { dir: 'auto' }, option.label))
  })
  const group = {
    id,
    class: `widget-choices widget-choices-${oneOf(field['direction'], ['col', 'row'])}`,
    role: 'radiogroup',
    ...(part.isLabelled(name)
      ? { 'aria-labelledby': `${id}-label` }
      : { 'aria-label': textOf(field['ariaLabel']) || fallback }),
  }
  return element('div', group, ...choices)
}
