import { element } from '../element.ts'
import { type Component, componentsOf, oneOf, textOf } from './component.ts'
import type { WidgetPart } from './render-component.ts'
import { ON, writeAction } from './widget-action.ts'
import { setBoxStyles, setStyles, toColor } from './widget-styles.ts'

function box(component: Component, direction: 'row' | 'col', part: WidgetPart): HTMLElement {
  const made = element('div', { class: `widget-box widget-${direction}` }, ...part.childrenOf(component))
  setBoxStyles(made, component)
  return made
}

export const renderRow = (row: Component, part: WidgetPart): HTMLElement => box(row, 'row', part)
export const renderCol = (col: Component, part: WidgetPart): HTMLElement => box(col, 'col', part)
export const renderBox = (any: Component, part: WidgetPart): HTMLElement =>
  box(any, oneOf(any['direction'], ['col', 'row']), part)

/** A form's fields go with every action in it. A form in a form is a part of the outer one. */
export function renderForm(form: Component, part: WidgetPart): HTMLElement {
  const direction = oneOf(form['direction'], ['col', 'row'])
  const action = writeAction(form['onSubmitAction'])
  const tag = part.isInForm ? 'div' : 'form'
  const attributes = { class: `widget-box widget-form widget-${direction}`, [ON.submit]: action }
  const made = element(tag, attributes, ...part.inForm().childrenOf(form))
  setBoxStyles(made, form)
  return made
}

export const renderSpacer = (): HTMLElement => element('div', { class: 'widget-spacer' })

export function renderDivider(divider: Component): HTMLElement {
  const line = element('hr', { class: 'widget-divider' })
  setStyles(line, { 'border-color': toColor(divider['color']) })
  return line
}

/** One part that may change into another. */
export const renderTransition = (transition: Component, part: WidgetPart): HTMLElement =>
  element('div', { class: 'widget-box' }, ...part.childrenOf(transition))

function renderRowOfTable(row: Component, part: WidgetPart): HTMLElement {
  const cells = componentsOf(row['children']).map((cell) => {
    const shown = part.childrenOf(cell)
    const span = {
      colspan: textOf(cell['colSpan']) || undefined,
      rowspan: textOf(cell['rowSpan']) || undefined,
    }
    const made =
      row['header'] === true
        ? element('th', { scope: 'col', ...span }, ...shown)
        : element('td', span, ...shown)
    setStyles(made, { 'text-align': textOf(cell['align']), 'vertical-align': textOf(cell['vAlign']) })
    return made
  })
  return element('tr', {}, ...cells)
}

export function renderTable(table: Component, part: WidgetPart): HTMLElement {
  const rows = componentsOf(table['children']).map((row) => renderRowOfTable(row, part))
  const scrollable = { class: 'chat-table', role: 'group', 'aria-label': 'Table', tabindex: '0' }
  return element('div', scrollable, element('table', {}, element('tbody', {}, ...rows)))
}
