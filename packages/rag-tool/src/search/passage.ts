/** A chunk that stands before or behind a passage in its document. */
export interface Neighbour {
  headingPath: string[]
  /** As it stands in the document. Not to be trusted. */
  text: string
  /** In UTF-16 code units. */
  range: { start: number; end: number }
}

/** A chunk of a document that a search found. */
export interface Passage {
  /** The collection of its document. */
  collection: string
  documentId: string
  title: string
  url?: string
  /** The `id` of the heading above it on a page made with rehype-slug; absent before the first heading. */
  anchor?: string
  /** The headings above it, outermost first. */
  headingPath: string[]
  /** As it stands in the document: exactly `document.text.slice(range.start, range.end)`. Not to be trusted. */
  text: string
  /** In UTF-16 code units. */
  range: { start: number; end: number }
  /** `text=…`: what a URL needs behind `:~:` to make a browser mark the passage; absent where nothing marks it surely. */
  textFragment?: string
  /** Higher is better; comparable within one search only. */
  score: number
  metadata: Record<string, unknown>
  /**
   * What stands around it, in the order of the document, where the search was asked for it. A chunk that is a passage
   * of the same search, or stands at a better one already, is not repeated.
   */
  context?: { before: Neighbour[]; after: Neighbour[] }
}
