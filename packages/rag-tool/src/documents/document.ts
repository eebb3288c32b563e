interface DocumentFields {
  /** Unique in its collection, 1 to 512 characters. The same id again replaces the document. */
  id: string
  /** Default: what the document calls itself (its first level-one heading, a page's or a PDF's title), else the id. */
  title?: string
  /** Where a reader finds the document: `http(s)://…`, or relative to the site. Citations lead there. */
  url?: string
  /**
   * A BCP 47 tag (`en`, `de-AT`, `ur`); default: the one that an HTML page names, else the language of the knowledge
   * base.
   */
  language?: string
  /** Anything that JSON can hold; given back with every passage. */
  metadata?: Record<string, unknown>
  /**
   * Names of readers, groups or roles, as the application likes: only a search that is `visibleTo` one of them finds the
   * document. Without it everyone does; an empty list hides it from everyone.
   */
  visibleTo?: string[]
}

/** A text to be searched. */
export interface TextDocument extends DocumentFields {
  /** At most {@link MAX_DOCUMENT_CHARS} characters. Front matter may stand at the head of Markdown. */
  text: string
  /** Default: `text/markdown`. */
  mediaType?: 'text/markdown' | 'text/html' | 'text/plain'
}

/** A PDF to be searched; needs the package `unpdf`. Only text is read: a scanned page has none. */
export interface PdfDocument extends DocumentFields {
  /** The file, at most {@link MAX_PDF_BYTES}. */
  bytes: Uint8Array
  mediaType: 'application/pdf'
}

export type Document = TextDocument | PdfDocument

/** Stands for a document that could not be loaded; `ingest` reports it and keeps what it had of it. */
export interface FailedDocument {
  id: string
  error: unknown
}

export type DocumentSource = Iterable<Document | FailedDocument> | AsyncIterable<Document | FailedDocument>

/** The most that is parsed as one text, in UTF-16 code units. */
export const MAX_DOCUMENT_CHARS = 1_000_000

/** The largest PDF that is parsed. */
export const MAX_PDF_BYTES = 50_000_000
