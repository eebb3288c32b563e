import { createHash } from 'node:crypto'
import type { Chunk } from '../chunk/chunk-text.ts'
import { RagError } from '../errors.ts'
import { documentParser, type ParseLimits } from '../parse/document-parser.ts'
import { LimitError } from '../parse/parse-limits.ts'
import type { ReadDocument } from '../parse/read-document.ts'
import { textSearchConfiguration } from './languages.ts'
import type { PreparedDocument } from './prepare-document.ts'

export interface IndexedChunk extends Chunk {
  /** What is searched and embedded: title and headings, then what a page shows of the chunk. */
  told: string
  /** Of `told`. */
  hash: string
}

export interface IndexedDocument {
  title: string
  /** What the ranges of the chunks count in. */
  text: string
  configuration: string
  chunks: IndexedChunk[]
  /** Why its structure was left alone, where it was. */
  takenAsText?: string
}

/** Takes a document apart; only for those that are new or changed. */
export async function indexDocument(
  { document, readable }: PreparedDocument,
  limits: ParseLimits,
): Promise<IndexedDocument> {
  const index = ({ title: own, language, text, chunks }: ReadDocument): IndexedDocument => {
    const title = document.title ?? own ?? document.id
    return {
      title,
      text,
      configuration: textSearchConfiguration(language),
      chunks: chunks.map((chunk) => withHash(title, chunk)),
    }
  }
  const refuse = (error: unknown): never => {
    if (!(error instanceof LimitError)) throw error
    const message = `Document ${JSON.stringify(document.id)} could not be taken apart: ${error.message}.`
    throw new RagError('invalid_document', message, { cause: error })
  }
  try {
    return index(await documentParser.parse(readable, limits))
  } catch (error) {
    if (!(error instanceof LimitError) || !HAS_STRUCTURE.has(readable.mediaType)) return refuse(error)
    const asText = documentParser.parse({ ...readable, asText: true }, limits)
    return { ...index(await asText.catch(refuse)), takenAsText: error.message }
  }
}

const HAS_STRUCTURE: ReadonlySet<string> = new Set(['text/markdown', 'text/html'])

function withHash(title: string, chunk: Chunk): IndexedChunk {
  const told = [...new Set([title, ...chunk.headingPath]), chunk.visibleText].join('\n')
  return { ...chunk, told, hash: createHash('sha256').update(told).digest('base64url') }
}
