import { replaceMarkers, withMarkers } from './citation-markers.ts'
import { citationMark, collectCitations, sourceList } from './citations.ts'
import { element } from './element.ts'
import { toBlocks, toSafeNodes } from './markdown.ts'
import type { AssistantMessage } from './thread-items.ts'

/** A message in the list that can be brought up to date. */
export interface MessageView<T> {
  root: HTMLElement
  update: (item: T, pending: boolean) => void
}

/** What the learner asked, as plain text, below the words of the page that it is about. */
export function questionView(text: string, quotedText?: string): HTMLElement {
  const quote = quotedText === undefined ? [] : [element('blockquote', { dir: 'auto' }, quotedText)]
  return element(
    'article',
    { class: 'chat-message chat-message-user' },
    element('h3', { class: 'visually-hidden' }, 'You'),
    ...quote,
    element('p', { dir: 'auto' }, text),
  )
}

/**
 * An answer: Markdown with its citations and the list of its sources. While it grows only the blocks that changed are
 * made anew, and no screen reader is told of it.
 */
export function answerView(): MessageView<AssistantMessage> {
  const body = element('div', { class: 'chat-answer' })
  const footer = element('div')
  const root = element(
    'article',
    { class: 'chat-message chat-message-assistant' },
    element('h3', { class: 'visually-hidden' }, 'Answer'),
    body,
    footer,
  )
  // One holder a block, so that a block can be replaced by itself; it has no box of its own.
  const blocks: { holder: HTMLElement; html: string }[] = []
  let cited = ''

  function update(item: AssistantMessage, pending: boolean): void {
    const { sources, marks } = collectCitations(item.content)
    const wanted = item.content.flatMap(({ text }, part) => toBlocks(withMarkers(text, marks[part] ?? [])))
    const known = JSON.stringify(sources)
    for (const [place, html] of wanted.entries()) {
      const block = blocks[place] ?? { holder: element('div', { class: 'chat-block' }), html: '' }
      if (blocks[place] === undefined) {
        blocks.push(block)
        body.append(block.holder)
      }
      if (block.html === html && known === cited) continue
      const nodes = toSafeNodes(html)
      replaceMarkers(nodes, (number) => citationMark(sources, number))
      block.holder.replaceChildren(nodes)
      block.html = html
    }
    for (const { holder } of blocks.splice(wanted.length)) holder.remove()
    if (known !== cited) footer.replaceChildren(...(sources.length > 0 ? [sourceList(sources)] : []))
    cited = known
    root.ariaBusy = String(pending)
    root.ariaLive = pending ? 'off' : null
  }

  return { root, update }
}
