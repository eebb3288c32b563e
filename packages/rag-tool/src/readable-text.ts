import type { Document } from './documents/document.ts'
import { indexDocument } from './index/index-document.ts'
import { prepareDocument } from './index/prepare-document.ts'
import type { ParseLimits } from './parse/document-parser.ts'

/**
 * The text in which the ranges of a document's passages count: of Markdown and plain text their own, of HTML what a
 * reader reads of the page, of a PDF the text of all its pages. Rejects with a `RagError` (`invalid_document`).
 */
export async function readableText(document: Document, limits: ParseLimits = {}): Promise<string> {
  const { text } = await indexDocument(prepareDocument(document, 'en', undefined), limits)
  return text
}
