import type { Source, ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import type { Passage } from '../search/passage.ts'
import { EventCiter } from './cite-events.ts'
import { citeText, type CitedText } from './cite-text.ts'
import { passageSource } from './passage-source.ts'

/** The passages of one turn and the numbers by which its answer cites them. */
export interface Citations {
  /**
   * Gives each passage its number, in order. Numbers begin with 1 and go on over several calls; a passage that was
   * registered before keeps its own.
   */
  register(passages: readonly Passage[]): number[]
  /**
   * The same events, with each mark `【n】` in the text of an answer cut out and, in its place, an annotation of the
   * passage with that number; a number that was never given leaves nothing. Deltas, content parts and finished messages
   * agree: dense `annotation_index`, and `index` in UTF-16 code units of the text without marks. Annotations that are
   * there already stay, with their places corrected. Only what may be the beginning of a mark is held back.
   */
  apply(events: AsyncIterable<ThreadStreamEvent>): AsyncGenerator<ThreadStreamEvent, void, undefined>
  /** The same for the text of any framework: runs of text without marks, and a citation where each mark stood. */
  applyToText(chunks: AsyncIterable<string>): AsyncGenerator<CitedText, void, undefined>
}

export interface CitationsOptions {
  /**
   * What a citation of a passage shows and leads to: an address, a file, or an entity of the application. Default: the
   * document's address at the passage, else its id as the name of a file.
   */
  toSource?: (passage: Passage) => Source
}

/** Citations belong to one turn: make one for each. */
export function createCitations({ toSource = passageSource }: CitationsOptions = {}): Citations {
  const passages: Passage[] = []
  const numbers = new Map<string, number>()
  const sourceOf = (number: number) => {
    const passage = passages[number - 1]
    return passage && toSource(passage)
  }
  return {
    register: (found) =>
      found.map((passage) => {
        const key = JSON.stringify([
          passage.collection,
          passage.documentId,
          passage.range.start,
          passage.text,
        ])
        const number = numbers.get(key) ?? passages.push(passage)
        numbers.set(key, number)
        return number
      }),
    async *apply(events) {
      const citer = new EventCiter(sourceOf)
      for await (const event of events) yield* citer.handle(event)
      yield* citer.end()
    },
    applyToText: (chunks) => citeText(chunks, sourceOf),
  }
}
