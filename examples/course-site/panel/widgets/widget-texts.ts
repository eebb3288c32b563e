import { element } from '../element.ts'
import { toBlocks, toSafeNodes } from '../markdown.ts'
import { safeUrl, setDestination } from '../safe-url.ts'
import { type Component, isRecord, oneOf, textOf } from './component.ts'
import type { WidgetPart } from './render-component.ts'
import { renderTextField } from './widget-fields.ts'
import { setStyles, toColor } from './widget-styles.ts'

const SIZES = ['md', 'xs', 'sm', 'lg', 'xl', '2xl', '3xl', '4xl', '5xl'] as const
const WEIGHTS: Record<string, string> = { normal: '400', medium: '500', semibold: '600', bold: '700' }

function style(target: HTMLElement, text: Component): HTMLElement {
  setStyles(target, {
    color: toColor(text['color']),
    'font-weight': WEIGHTS[textOf(text['weight'])] ?? '',
    'text-align': textOf(text['textAlign']),
    '-webkit-line-clamp': textOf(text['truncate'] === true ? 1 : text['maxLines']),
  })
  const isClamped = text['truncate'] === true || text['maxLines'] !== undefined
  target.classList.toggle('widget-clamped', isClamped)
  target.classList.toggle('widget-italic', text['italic'] === true)
  target.classList.toggle('widget-struck', text['lineThrough'] === true)
  return target
}

const sizeClass = (text: Component): string => `widget-size-${oneOf(text['size'], SIZES)}`

export function renderText(text: Component, part: WidgetPart): HTMLElement {
  const { editable } = text
  if (isRecord(editable)) {
    // Its place in the tree is the text's; its value is what can be changed.
    const field = { ...editable, type: 'Input', defaultValue: text['value'] }
    return renderTextField(field, part)
  }
  return style(
    element('p', { class: `widget-text ${sizeClass(text)}`, dir: 'auto' }, textOf(text['value'])),
    text,
  )
}

export function renderTitle(text: Component): HTMLElement {
  return style(
    element('h4', { class: `widget-title ${sizeClass(text)}`, dir: 'auto' }, textOf(text['value'])),
    text,
  )
}

export function renderCaption(text: Component): HTMLElement {
  return style(element('p', { class: 'widget-caption', dir: 'auto' }, textOf(text['value'])), text)
}

export function renderLabel(text: Component, { fieldId }: WidgetPart): HTMLElement {
  const id = fieldId(text['fieldName'])
  const attributes = { class: 'widget-label', dir: 'auto', for: id, id: `${id}-label` }
  return style(element('label', attributes, textOf(text['value'])), text)
}

export function renderMarkdown(text: Component): HTMLElement {
  const nodes = toBlocks(textOf(text['value'])).map(toSafeNodes)
  return element('div', { class: 'chat-answer widget-markdown' }, ...nodes)
}

export function renderBadge(badge: Component): HTMLElement {
  const color = oneOf(badge['color'], ['secondary', 'success', 'danger', 'warning', 'info', 'discovery'])
  return element('span', { class: `widget-badge widget-badge-${color}`, dir: 'auto' }, textOf(badge['label']))
}

/** Not in the vocabulary yet; where the address may not stand in a link, its words do. */
export function renderLink(link: Component): HTMLElement {
  const label = textOf(link['label']) || textOf(link['value']) || textOf(link['href'])
  const url = safeUrl(textOf(link['href']))
  if (!url || link['href'] === undefined) return element('span', { dir: 'auto' }, label)
  const shown = element('a', { dir: 'auto' }, label)
  setDestination(shown, url)
  return shown
}
