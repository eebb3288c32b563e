import type { ActionConfig } from '@robolearn/chatkit-server-core/widgets'
import { element } from '../element.ts'
import type { ItemTools, MessageView } from '../item-view.ts'
import { morph } from '../morph.ts'
import type { WidgetItem } from '../thread-items.ts'
import { renderWidget } from './render-component.ts'
import { readAction, withValues } from './widget-action.ts'

/**
 * A widget, brought up to date in place: who types in it, or has the focus in it, keeps both. One action of it runs at
 * a time; what was used shows that it is at work, or the whole widget does.
 */
export function widgetView({ act, image }: ItemTools): MessageView<WidgetItem> {
  const holder = element('div', { class: 'widget', tabindex: '-1' })
  const heading = element('h3', { class: 'visually-hidden' }, 'Card')
  const root = element('article', { class: 'chat-message chat-message-widget' }, heading, holder)
  let item: WidgetItem | undefined
  let isRunning = false
  let busy: Element | undefined

  function markBusy(): void {
    if (!busy) return
    busy.ariaBusy = 'true'
    root.dataset['busy'] = ''
  }

  function setBusy(next: Element | undefined): void {
    if (busy) busy.ariaBusy = null
    delete root.dataset['busy']
    busy = next
    markBusy()
  }

  function placeOf(owner: Element, { loadingBehavior = 'auto' }: ActionConfig): Element | undefined {
    if (loadingBehavior === 'none') return undefined
    const isWhole = owner.matches('form, [data-whole]')
    return loadingBehavior === 'container' || (loadingBehavior === 'auto' && isWhole) ? holder : owner
  }

  async function use(owner: Element, on: 'click' | 'change' | 'submit'): Promise<void> {
    const action = readAction(owner, on)
    if (!action || !item || isRunning) return
    isRunning = true
    setBusy(placeOf(owner, action))
    await act(item, withValues(action, owner))
    isRunning = false
    setBusy(undefined)
  }

  const ownerOf = (event: Event, on: string): Element | null | undefined =>
    event.target instanceof Element ? event.target.closest(`[data-on-${on}]`) : undefined

  for (const on of ['click', 'change', 'submit'] as const) {
    holder.addEventListener(on, (event) => {
      if (on === 'submit') event.preventDefault()
      const owner = ownerOf(event, on)
      if (owner && holder.contains(owner)) void use(owner, on)
    })
  }

  function update(next: WidgetItem, pending: boolean): void {
    const focused = holder.contains(document.activeElement) ? document.activeElement : null
    const isAnother = item !== undefined && item.widget.key !== next.widget.key
    const widget = renderWidget(next.widget, `widget-${next.id}`, image)
    if (isAnother) holder.replaceChildren(widget)
    else morph(holder, withChild(holder, widget))
    item = next
    // What had the focus may be gone, or could not keep it.
    if (focused && document.activeElement !== focused) {
      if (focused.isConnected && focused instanceof HTMLElement) focused.focus({ preventScroll: true })
      if (!holder.contains(document.activeElement)) holder.focus({ preventScroll: true })
    }
    markBusy()
    root.ariaBusy = String(pending)
    root.ariaLive = pending ? 'off' : null
  }

  return { root, update }
}

function withChild(holder: Element, child: Element): Element {
  const wanted = holder.cloneNode(false) as Element
  wanted.append(child)
  return wanted
}
