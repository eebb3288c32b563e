import { createHash } from 'node:crypto'
import { CHUNKER_VERSION } from '../chunk/chunk-text.ts'
import { checkDocument } from '../documents/check-document.ts'
import type { Document } from '../documents/document.ts'
import { RagError } from '../errors.ts'
import type { Readable } from '../parse/read-document.ts'
import { canonicalLanguage } from './languages.ts'
import { TERMS_VERSION } from './searchable.ts'

/** A document that was checked, with the hash that tells whether it has to be indexed again. */
export interface PreparedDocument {
  document: Document
  hash: string
  metadata: string
  readable: Readable
}

/** `model` is that of the vectors which are stored with it. */
export function prepareDocument(
  document: Document,
  defaultLanguage: string,
  model: string | undefined,
): PreparedDocument {
  const metadata = checkDocument(document)
  const language = documentLanguage(document)
  const { mediaType = 'text/markdown', title = null, url = null } = document
  const content = 'text' in document ? document.text : document.bytes
  const rest = [
    CHUNKER_VERSION,
    TERMS_VERSION,
    mediaType,
    language ?? null,
    defaultLanguage,
    title,
    url,
    metadata,
    document.visibleTo ?? null,
    model ?? null,
  ]
  return {
    document,
    metadata,
    hash: createHash('sha256').update(JSON.stringify(rest)).update('\0').update(content).digest('base64url'),
    readable: {
      mediaType,
      content,
      ...(language !== undefined && { language }),
      defaultLanguage,
      asText: false,
    },
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
