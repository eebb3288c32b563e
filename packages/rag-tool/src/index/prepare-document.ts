import { createHash } from 'node:crypto'
import { CHUNKER_VERSION, chunkMarkdown, type Chunk } from '../chunk/chunk-markdown.ts'
import { checkDocument } from '../documents/check-document.ts'
import type { Document } from '../documents/document.ts'
import { RagError } from '../errors.ts'
import { canonicalLanguage, textSearchConfiguration } from './languages.ts'
import { TERMS_VERSION } from './searchable.ts'

/** A document that was checked, with the hash that tells whether it has to be indexed again. */
export interface PreparedDocument {
  document: Document
  hash: string
  metadata: string
  language: string
}

export interface IndexedDocument {
  title: string
  configuration: string
  chunks: Chunk[]
}

export function prepareDocument(document: Document, defaultLanguage: string): PreparedDocument {
  const metadata = checkDocument(document)
  const language = documentLanguage(document) ?? defaultLanguage
  const { text, title = null, url = null } = document
  const content = JSON.stringify([
    CHUNKER_VERSION,
    TERMS_VERSION,
    language,
    title,
    url,
    metadata,
    document.visibleTo ?? null,
    text,
  ])
  return { document, metadata, language, hash: createHash('sha256').update(content).digest('base64url') }
}

/** The slow part; only for documents that are new or changed. */
export function indexDocument({ document, language }: PreparedDocument): IndexedDocument {
  const { id, text } = document
  try {
    const { title, chunks } = chunkMarkdown(text, language)
    return { title: document.title ?? title ?? id, configuration: textSearchConfiguration(language), chunks }
  } catch (error) {
    const reason = error instanceof RangeError ? 'its blocks are nested too deeply' : String(error)
    const message = `Document ${JSON.stringify(id)} could not be taken apart: ${reason}.`
    throw new RagError('invalid_document', message, { cause: error })
  }
}

function documentLanguage({ id, language }: Document): string | undefined {
  try {
    return language === undefined ? undefined : canonicalLanguage(language)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RagError('invalid_document', `Document ${JSON.stringify(id)}: language ${reason}`, {
      cause: error,
    })
  }
}
