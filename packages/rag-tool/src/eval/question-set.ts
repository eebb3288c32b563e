import type { Document } from '../documents/document.ts'

/** What a search should find for a question: a whole document, or places in it. */
export interface Wanted {
  documentId: string
  /** How much it is worth, above 0. */
  grade: number
  /** In UTF-16 code units; absent where the whole document is meant. */
  ranges?: { start: number; end: number }[]
}

export interface EvalQuestion {
  question: string
  wanted: Wanted[]
}

/** Questions whose answers are known, with the documents in which they stand. */
export interface QuestionSet {
  documents: Document[]
  questions: EvalQuestion[]
}
