import type { Mark } from './citation-markers.ts'
import { element } from './element.ts'
import { safeUrl, setDestination } from './safe-url.ts'
import type { AssistantContent, Source } from './thread-items.ts'

/** A message's sources, each once, and where in each part of its text they are cited. */
export interface Citations {
  /** Number n is at n − 1. */
  sources: Source[]
  /** By part of the message. */
  marks: Mark[][]
}

function identityOf(source: Source): string {
  switch (source.type) {
    case 'url':
      return source.url
    case 'file':
      return `${source.filename}\n${source.title}`
    case 'entity':
      return source.id
  }
}

/** Numbers the sources of a message in the order in which its text cites them. */
export function collectCitations(content: readonly AssistantContent[]): Citations {
  const numbers = new Map<string, number>()
  const sources: Source[] = []
  const marks = content.map(({ annotations, text }) => {
    const placed: Mark[] = []
    const inOrder = annotations.toSorted((a, b) => (a.index ?? text.length) - (b.index ?? text.length))
    for (const { source, index } of inOrder) {
      const identity = `${source.type}\n${identityOf(source)}`
      const number = numbers.get(identity) ?? sources.push(source)
      numbers.set(identity, number)
      const repeated = placed.at(-1)?.number === number && placed.at(-1)?.index === index
      if (index !== undefined && !repeated) placed.push({ number, index })
    }
    return placed
  })
  return { sources, marks }
}

/** A link to a source that has an address; the others are only named. */
export function linkToSource(source: Source, attributes: Record<string, string>, label: string): HTMLElement {
  const url = source.type === 'url' ? safeUrl(source.url) : undefined
  if (!url) return element('span', attributes, label)
  const link = element('a', attributes, label)
  setDestination(link, url)
  return link
}

/** The small raised number in the text. */
export function citationMark(sources: readonly Source[], number: number): Node {
  const source = sources[number - 1]
  if (!source) return document.createTextNode('')
  const name = { 'aria-label': `Source ${number}: ${source.title}`, title: source.title }
  // A word joiner: no line begins with the number alone, which may be behind an Urdu full stop.
  return element('sup', { class: 'chat-citation' }, '\u2060', linkToSource(source, name, String(number)))
}

/** The numbered list below a message. */
export function sourceList(sources: readonly Source[]): HTMLElement {
  const items = sources.map((source) => {
    const item = element('li', { dir: 'auto' }, linkToSource(source, {}, source.title))
    if (source.description) item.append(element('p', {}, source.description))
    return item
  })
  return element('div', { class: 'chat-sources' }, element('p', {}, 'Sources'), element('ol', {}, ...items))
}
