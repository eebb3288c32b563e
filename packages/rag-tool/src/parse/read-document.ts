import { chunkText, type Chunk } from '../chunk/chunk-text.ts'
import type { Document } from '../documents/document.ts'
import { readHtml } from './html/read-html.ts'
import { stripTags } from './html/strip-tags.ts'
import { readMarkdown } from './markdown/read-markdown.ts'
import type { ParsedText } from './parsed-text.ts'
import { readPdf } from './pdf/read-pdf.ts'
import { readPlainText } from './read-plain-text.ts'

export type MediaType = NonNullable<Document['mediaType']>

/** A document as a parser takes it. */
export interface Readable {
  mediaType: MediaType
  content: string | Uint8Array
  /** Of the document, where it was given one; else the one that it names, else `defaultLanguage`. */
  language?: string
  defaultLanguage: string
  /** Whether to leave the structure alone. */
  asText: boolean
}

export interface ReadDocument {
  title?: string
  language: string
  /** What the ranges of the chunks count in. */
  text: string
  chunks: Chunk[]
}

/** Takes a document apart, without a limit of time or memory. Throws a `LimitError` for one that it will not read. */
export async function readDocument(readable: Readable): Promise<ReadDocument> {
  const parsed = await parse(readable)
  const language = readable.language ?? known(parsed.language) ?? readable.defaultLanguage
  return {
    ...(parsed.title !== undefined && { title: parsed.title }),
    language,
    text: parsed.text,
    chunks: chunkText(parsed, language),
  }
}

async function parse({ mediaType, content, asText }: Readable): Promise<ParsedText> {
  if (typeof content !== 'string') return readPdf(content)
  if (asText) return readPlainText(mediaType === 'text/html' ? stripTags(content) : content)
  return TEXT_PARSERS[mediaType as keyof typeof TEXT_PARSERS](content)
}

const TEXT_PARSERS = {
  'text/markdown': readMarkdown,
  'text/html': readHtml,
  'text/plain': readPlainText,
} satisfies Record<Exclude<MediaType, 'application/pdf'>, (text: string) => ParsedText>

function known(language: string | undefined): string | undefined {
  try {
    return language && new Intl.Locale(language).toString()
  } catch {
    return undefined
  }
}
