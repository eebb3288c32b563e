import type { Passage } from './passage-url.ts'

const HEADING = 'h1, h2, h3, h4, h5, h6'

// Only letters and digits count, so that quotes, dashes, line breaks and Markdown's own marks cannot hide a match.
const WORD = /[\p{L}\p{N}]+/gu

interface Word {
  text: string
  node: Text
  start: number
  end: number
}

function wordsOf(text: string): string[] {
  return [...text.matchAll(WORD)].map(([word]) => word.toLowerCase())
}

function levelOf(heading: Element): number {
  return Number(heading.tagName.slice(1))
}

/** The words below a heading up to the next one of its level or above; without a heading, of the whole page. */
function sectionWords(main: Element, heading: Element | null): Word[] {
  const next = heading
    ? [...main.querySelectorAll(HEADING)].find(
        (other) =>
          levelOf(other) <= levelOf(heading) &&
          heading.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING,
      )
    : undefined
  const section = document.createRange()
  section.selectNodeContents(main)
  if (heading) section.setStartBefore(heading)
  if (next) section.setEndBefore(next)
  const words: Word[] = []
  const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode as Text
    if (!section.intersectsNode(node)) continue
    for (const match of node.data.matchAll(WORD)) {
      const end = match.index + match[0].length
      words.push({ text: match[0].toLowerCase(), node, start: match.index, end })
    }
  }
  return words
}

function indexOfRun(words: readonly Word[], run: readonly string[], from: number): number {
  if (run.length === 0) return -1
  for (let at = from; at + run.length <= words.length; at += 1) {
    if (run.every((text, offset) => words[at + offset]?.text === text)) return at
  }
  return -1
}

/** The heading that a passage stands under. */
export function findAnchor(main: Element, anchor: string): HTMLElement | null {
  const found = anchor === '' ? null : document.getElementById(anchor)
  return found && main.contains(found) ? found : null
}

/**
 * Finds a passage's words in its section, or else anywhere in the page, whatever elements they are spread over.
 * `undefined` when the page no longer has them.
 */
export function findPassage(main: Element, passage: Passage): Range | undefined {
  const heading = findAnchor(main, passage.anchor)
  return (
    (heading && findIn(sectionWords(main, heading), passage)) || findIn(sectionWords(main, null), passage)
  )
}

function findIn(words: readonly Word[], { start = '', end }: Passage): Range | undefined {
  const opening = wordsOf(start)
  const from = indexOfRun(words, opening, 0)
  if (from === -1) return undefined
  const closing = end === undefined ? [] : wordsOf(end)
  const closingAt = indexOfRun(words, closing, from + opening.length)
  const last = closingAt === -1 ? from + opening.length - 1 : closingAt + closing.length - 1
  const [first, final] = [words[from], words[last]]
  if (!first || !final) return undefined
  const range = document.createRange()
  range.setStart(first.node, first.start)
  range.setEnd(final.node, final.end)
  return range
}
