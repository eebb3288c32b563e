import { element } from '../element.ts'
import { type Component, componentsOf, isRecord, oneOf, textOf } from './component.ts'
import type { WidgetPart } from './render-component.ts'
import { ON, writeAction } from './widget-action.ts'
import { iconOf } from './widget-icon.ts'
import { setBoxStyles, setStyles, toColor } from './widget-styles.ts'

function statusOf({ status }: Component): HTMLElement[] {
  const text = isRecord(status) ? textOf(status['text']) : ''
  if (!isRecord(status) || text === '') return []
  return [element('p', { class: 'widget-status', dir: 'auto' }, ...iconOf(status['icon']), text)]
}

function cardButton(value: unknown, kind: 'confirm' | 'cancel', asForm: boolean): HTMLElement[] {
  if (!isRecord(value)) return []
  const isSubmit = asForm && kind === 'confirm'
  const attributes = {
    type: isSubmit ? 'submit' : 'button',
    class: kind === 'confirm' ? 'widget-button widget-button-main' : 'widget-button',
    dir: 'auto',
    'data-key': kind,
    'data-whole': '',
    [ON.click]: isSubmit ? undefined : writeAction(value['action']),
  }
  return [element('button', attributes, textOf(value['label']))]
}

/** A card: what it is about, its parts, and two buttons for the whole of it. As a form its fields go with them. */
export function renderCard(card: Component, part: WidgetPart): HTMLElement {
  const asForm = card['asForm'] === true && !part.isInForm
  const inner = asForm ? part.inForm() : part
  const buttons = [
    ...cardButton(card['confirm'], 'confirm', asForm),
    ...cardButton(card['cancel'], 'cancel', asForm),
  ]
  const footer = buttons.length > 0 ? [element('div', { class: 'widget-card-buttons' }, ...buttons)] : []
  const confirm = isRecord(card['confirm']) ? card['confirm']['action'] : undefined
  const padding = textOf(card['padding']) === '0' ? ' widget-card-flush' : ''
  const attributes = {
    class: `widget-card widget-card-${oneOf(card['size'], ['md', 'sm', 'lg', 'full'])}${padding}`,
    [ON.submit]: asForm ? writeAction(confirm) : undefined,
  }
  const body = element('div', { class: 'widget-box widget-col' }, ...inner.childrenOf(card))
  const status = statusOf(card)
  const whole =
    card['collapsed'] === true
      ? [element('details', {}, element('summary', {}, ...(status.length > 0 ? status : ['Details'])), body)]
      : [...status, body]
  const made = element(asForm ? 'form' : 'div', attributes, ...whole, ...footer)
  setStyles(made, { 'background-color': toColor(card['background']) })
  return made
}

export function renderBasic(root: Component, part: WidgetPart): HTMLElement {
  const direction = oneOf(root['direction'], ['col', 'row'])
  const made = element('div', { class: `widget-box widget-${direction}` }, ...part.childrenOf(root))
  setBoxStyles(made, root)
  return made
}

/** A row of a list. Where it can be used as a whole, a button covers it that is called as the row reads. */
export function renderListItem(item: Component, part: WidgetPart): HTMLElement {
  const body = element('div', { class: 'widget-box widget-row widget-item-body' }, ...part.childrenOf(item))
  setBoxStyles(body, item)
  const action = writeAction(item['onClickAction'])
  if (action === undefined) return element('li', { class: 'widget-item' }, body)
  const words = [...body.querySelectorAll('p, h4, span:not(.widget-icon), a')].map((one) => one.textContent)
  const name = words.join(', ') || 'Choose'
  const hit = element('button', {
    type: 'button',
    class: 'widget-item-hit',
    'aria-label': name,
    [ON.click]: action,
  })
  return element('li', { class: 'widget-item widget-item-active' }, hit, body)
}

const AUTO_LIMIT = 8

/** A list; what is over its limit is there on demand. */
export function renderListView(list: Component, part: WidgetPart): HTMLElement {
  const { limit } = list
  const items = componentsOf(list['children']).map((item) => part.render(item))
  const most = typeof limit === 'number' ? limit : limit === 'auto' ? AUTO_LIMIT : items.length
  const rest = items.slice(most)
  const more =
    rest.length > 0
      ? [
          element(
            'details',
            { class: 'widget-more' },
            element('summary', {}, `${rest.length} more`),
            element('ul', {}, ...rest),
          ),
        ]
      : []
  const shown = element('ul', {}, ...items.slice(0, most))
  return element('div', { class: 'widget-card widget-list' }, ...statusOf(list), shown, ...more)
}
