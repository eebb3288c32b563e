import type { ReadDocument } from './read-document.ts'

/** What the parsing process says: first that it is ready, then an answer to each `Readable`. */
export type ParseReply =
  | { ready: true }
  | { read: ReadDocument }
  /** The document will not be read in this way; `reason` ends a sentence. */
  | { refused: string }
