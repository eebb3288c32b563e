import { replaceMarkers, withMarkers } from './citation-markers.ts'
import { attachmentList } from './attachment-list.ts'
import { citationMark, collectCitations, sourceList } from './citations.ts'
import { element } from './element.ts'
import type { ItemTools, MessageView } from './item-view.ts'
import { toBlocks, toSafeNodes } from './markdown.ts'
import { morph } from './morph.ts'
import type { ImageMaker } from './safe-image.ts'
import type { AssistantMessage, Attachment, UserMessage } from './thread-items.ts'

/** What the learner sent: their words, what they quoted, and their files. */
export function questionView(message: Question, image: ImageMaker): HTMLElement {
  const { content, quotedText, attachments = [] } = message
  const words = content.map((part) =>
    part.type === 'input_tag' ? element('span', { class: 'chat-tag' }, part.text) : part.text,
  )
  const quote = quotedText ? [element('blockquote', { dir: 'auto' }, quotedText)] : []
  return element(
    'article',
    { class: 'chat-message chat-message-user' },
    element('h3', { class: 'visually-hidden' }, 'You'),
    ...quote,
    ...attachmentList(attachments, image),
    // Files may be sent without a word.
    ...(words.length > 0 ? [element('p', { dir: 'auto' }, ...words)] : []),
  )
}

export interface Question {
  content: UserMessage['content']
  quotedText?: string | undefined
  attachments?: readonly Attachment[] | undefined
}

export function userMessageView({ image }: Pick<ItemTools, 'image'>): MessageView<UserMessage> {
  const root = questionView({ content: [] }, image)
  return {
    root,
    update: ({ content, attachments, quoted_text: quotedText }) =>
      morph(root, questionView({ content, attachments, quotedText }, image)),
  }
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
