import { isUtf8 } from 'node:buffer'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { MAX_DOCUMENT_CHARS, MAX_PDF_BYTES, type Document, type FailedDocument } from './document.ts'
import { readFrontMatter } from './front-matter.ts'

export interface LoadFolderOptions {
  /** The address at which readers find a file, from its path relative to the folder (`basics/frames.md`). */
  url?: (path: string) => string
}

const MEDIA_TYPES: ReadonlyMap<string, NonNullable<Document['mediaType']>> = new Map([
  ['.md', 'text/markdown'],
  ['.markdown', 'text/markdown'],
  ['.html', 'text/html'],
  ['.htm', 'text/html'],
  ['.txt', 'text/plain'],
  ['.pdf', 'application/pdf'],
])
// No character takes more bytes than this for each UTF-16 code unit.
const MAX_TEXT_BYTES = MAX_DOCUMENT_CHARS * 3

/**
 * The Markdown, HTML, text and PDF files (`.md`, `.markdown`, `.html`, `.htm`, `.txt`, `.pdf`) of a folder and its
 * subfolders, sorted by path; one is read at a time. The path, with `/`, is the id. `title` and `language` come from the
 * front matter of Markdown, its other fields become `metadata`.
 *
 * A file that cannot be read, is not UTF-8 or has broken front matter comes as a {@link FailedDocument} whose message
 * says where; the others go on. Names that begin with a dot, and symbolic links, are passed over. Throws when the folder
 * itself cannot be listed.
 */
export async function* loadFolder(
  folder: string,
  options: LoadFolderOptions = {},
): AsyncGenerator<Document | FailedDocument, void, undefined> {
  for (const id of await listFolder(folder)) {
    try {
      const url = options.url && { url: options.url(id) }
      yield { ...(await readDocument(join(folder, id))), id, ...url }
    } catch (error) {
      yield { id, error }
    }
  }
}

/** The ids of the documents that `loadFolder` gives, in its order. */
export async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && mediaTypeOf(entry.name) !== undefined)
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length).replaceAll('\\', '/'))
    .filter((path) => !path.split('/').some((name) => name.startsWith('.')))
    .toSorted((a, b) => (a < b ? -1 : 1))
}

const mediaTypeOf = (name: string): Document['mediaType'] => MEDIA_TYPES.get(extname(name).toLowerCase())

async function readDocument(file: string): Promise<Document> {
  const mediaType = mediaTypeOf(file)
  if (mediaType === 'application/pdf') {
    const { size } = await stat(file)
    if (size > MAX_PDF_BYTES) throw new Error(`${size} bytes; at most ${MAX_PDF_BYTES} are taken`)
    return { id: file, bytes: await readFile(file), mediaType }
  }
  const text = await readText(file)
  if (mediaType !== 'text/markdown') return { id: file, text, ...(mediaType && { mediaType }) }
  const { title, language, metadata } = readFrontMatter(text)
  return {
    id: file,
    text,
    ...(title !== undefined && { title }),
    ...(language !== undefined && { language }),
    metadata,
  }
}

async function readText(file: string): Promise<string> {
  const { size } = await stat(file)
  if (size > MAX_TEXT_BYTES)
    throw new Error(`${size} bytes; at most ${MAX_DOCUMENT_CHARS} characters are taken`)
  const bytes = await readFile(file)
  if (!isUtf8(bytes)) throw new Error(`line ${firstBrokenLine(bytes)}: not UTF-8`)
  return new TextDecoder().decode(bytes)
}

// A line feed is never a part of a longer character, so lines can be checked one by one.
function firstBrokenLine(bytes: Buffer): number {
  for (let line = 1, start = 0; ; line++) {
    const end = bytes.indexOf('\n', start)
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line
    start = end + 1
  }
}
