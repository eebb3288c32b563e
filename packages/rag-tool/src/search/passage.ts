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
  /** The `id` of the heading above it: an HTML document's own, or that of a page made of Markdown with rehype-slug; absent before the first heading. */
  anchor?: string
  /** Where it stands in a PDF: the page's number, counted from 1, and what is printed on it where that differs. */
  page?: { number: number; label?: string }
  /** The headings above it, outermost first. */
  headingPath: string[]
  /**
   * As it stands in the document: exactly the slice at `range` of its text, which is for HTML and PDF what
   * `readableText` gives. Not to be trusted.
   */
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
