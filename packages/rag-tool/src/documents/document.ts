/** A text to be searched. */
export interface Document {
  /** Unique in its collection, 1 to 512 characters. The same id again replaces the document. */
  id: string
  /** Markdown; front matter may stand at its head. At most {@link MAX_DOCUMENT_CHARS} characters. */
  text: string
  mediaType?: 'text/markdown'
  /** Default: the first level-one heading, else the id. */
  title?: string
  /** Where a reader finds the document: `http(s)://…`, or relative to the site. Citations lead there. */
  url?: string
  /** A BCP 47 tag (`en`, `de-AT`, `ur`); default: the language of the knowledge base. */
  language?: string
  /** Anything that JSON can hold; given back with every passage. */
  metadata?: Record<string, unknown>
  /**
   * Names of readers, groups or roles, as the application likes: only a search that is `visibleTo` one of them finds the
   * document. Without it everyone does; an empty list hides it from everyone.
   */
  visibleTo?: string[]
}

/** Stands for a document that could not be loaded; `ingest` reports it and keeps what it had of it. */
export interface FailedDocument {
  id: string
  error: unknown
}

export type DocumentSource = Iterable<Document | FailedDocument> | AsyncIterable<Document | FailedDocument>

/** The most that is parsed as one document, in UTF-16 code units. */
export const MAX_DOCUMENT_CHARS = 1_000_000
