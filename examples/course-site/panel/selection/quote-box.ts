import { button, element } from '../element.ts'
import { icon, iconButton } from '../icon.ts'

export interface QuoteBox {
  root: HTMLElement
  /** What the next question is about. */
  quote: () => string | undefined
  set: (quote: string | undefined) => void
  /** Offers to quote what is marked in the page. */
  offer: (marked: string | undefined) => void
}

/** Above the composer: the words that a question is about, or the offer to take those that are marked. */
export function createQuoteBox(onAsk: () => void, onRemoved: () => void): QuoteBox {
  const text = element('blockquote', { dir: 'auto' })
  const remove = iconButton('close', 'Remove the quote', () => {
    set(undefined)
    onRemoved()
  })
  const box = element(
    'div',
    { class: 'chat-quote', role: 'group', 'aria-label': 'Quoted from the page', hidden: '' },
    text,
    remove,
  )
  const ask = button('', { class: 'chat-button chat-quote-offer', hidden: '' }, onAsk)
  ask.append(icon('quote'), 'Ask about the selection')
  const root = element('div', { class: 'chat-quote-place' }, box, ask)
  let quote: string | undefined
  let marked: string | undefined

  function update(): void {
    box.hidden = quote === undefined
    text.textContent = quote ?? ''
    ask.hidden = marked === undefined || marked === quote
  }

  function set(next: string | undefined): void {
    quote = next
    update()
  }

  return {
    root,
    quote: () => quote,
    set,
    offer: (next) => {
      marked = next
      update()
    },
  }
}
