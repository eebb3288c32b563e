import type { Span } from '../chunk/span.ts'
import type { Block } from '../chunk/split-block.ts'

/** A page of a document that has pages. */
export interface Page {
  /** Counted from 1. */
  number: number
  /** As printed (`iv`, `A-3`), where the document says so and it is not the number itself. */
  label?: string
}

/** The blocks between a heading and the next one, or of a page. */
export interface Section {
  /** The headings above the blocks, outermost first. */
  headingPath: string[]
  /** The `id` of the nearest heading; absent before the first one and where it has none. */
  anchor?: string
  page?: Page
  blocks: Block[]
}

/** What a parser makes of a document, whatever its format. */
export interface ParsedText {
  /** What a reader reads. Ranges count in it. */
  text: string
  /** What the document calls itself. */
  title?: string
  /** The language that the document names, as it stands there. */
  language?: string
  sections: Section[]
  /** What a page shows of a part of `text`, and the text fragment that leads a browser to it. */
  show: (span: Span) => { visibleText: string; textFragment?: string }
}
