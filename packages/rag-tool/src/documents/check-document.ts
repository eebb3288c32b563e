import { RagError } from '../errors.ts'
import { MAX_DOCUMENT_CHARS, MAX_PDF_BYTES, type Document } from './document.ts'

const MAX_ID_CHARS = 512
const SCHEME = /^[a-z][a-z\d+.-]*:/i

/**
 * Throws what PostgreSQL, a parser or a reader's browser could not take, before any of them sees it.
 * Gives the metadata as JSON.
 */
export function checkDocument(document: Document): string {
  const refuse = (problem: string): never => {
    throw new RagError('invalid_document', `Document ${JSON.stringify(document.id)} ${problem}`)
  }
  const checkText = (field: string, value: string): void => {
    if (!value.isWellFormed())
      refuse(`has a lone surrogate in its ${field}; it was cut in the middle of a character.`)
    const nul = value.indexOf('\0')
    if (nul >= 0) refuse(`has a NUL character in its ${field} (at ${nul}); PostgreSQL cannot store it.`)
  }

  checkText('id', document.id)
  if (document.id.length === 0 || document.id.length > MAX_ID_CHARS)
    refuse(`needs an id of 1 to ${MAX_ID_CHARS} characters.`)
  if (document.mediaType === 'application/pdf') {
    const { length } = document.bytes
    if (length > MAX_PDF_BYTES) refuse(`has ${length} bytes; at most ${MAX_PDF_BYTES} are taken.`)
  } else {
    const { length } = document.text
    if (length > MAX_DOCUMENT_CHARS)
      refuse(
        `has ${length} characters; at most ${MAX_DOCUMENT_CHARS} are taken. Split it into several documents.`,
      )
    checkText('text', document.text)
  }
  checkText('title', document.title ?? '')
  checkText('language', document.language ?? '')
  for (const reader of document.visibleTo ?? []) checkText('visibleTo', reader)
  const url = document.url ?? ''
  checkText('url', url)
  // A browser passes over spaces and control characters when it reads the scheme.
  const scheme = SCHEME.exec(url.replace(/[^!-~]/g, ''))?.[0].toLowerCase()
  if (scheme !== undefined && scheme !== 'http:' && scheme !== 'https:')
    refuse('has a url that is neither http, https nor relative; citations would link to it.')

  try {
    return JSON.stringify(document.metadata ?? {}, (key, value: unknown) => {
      checkText('metadata', key)
      if (typeof value === 'string') checkText('metadata', value)
      return value
    })
  } catch (error) {
    if (RagError.isInstance(error)) throw error
    return refuse('has metadata that JSON cannot hold.')
  }
}
