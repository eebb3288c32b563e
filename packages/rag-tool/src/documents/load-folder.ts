import { isUtf8 } from 'node:buffer'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MAX_DOCUMENT_CHARS, type Document, type FailedDocument } from './document.ts'
import { readFrontMatter } from './front-matter.ts'

export interface LoadFolderOptions {
  /** The address at which readers find a file, from its path relative to the folder (`basics/frames.md`). */
  url?: (path: string) => string
}

// No character takes more bytes than this for each UTF-16 code unit.
const MAX_BYTES = MAX_DOCUMENT_CHARS * 3

/**
 * The Markdown files (`.md`, `.markdown`) of a folder and its subfolders, sorted by path; one is read at a time. The
 * path, with `/`, is the id. `title` and `language` come from the front matter, its other fields become `metadata`.
 *
 * A file that cannot be read, is not UTF-8 or has broken front matter comes as a {@link FailedDocument} whose message
 * says where; the others go on. Names that begin with a dot, and symbolic links, are passed over. Throws when the folder
 * itself cannot be listed.
 */
export async function* loadFolder(
  folder: string,
  options: LoadFolderOptions = {},
): AsyncGenerator<Document | FailedDocument, void, undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(md|markdown)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length).replaceAll('\\', '/'))
    .filter((path) => !path.split('/').some((name) => name.startsWith('.')))
    .toSorted((a, b) => (a < b ? -1 : 1))
  for (const id of paths) {
    try {
      const text = await readText(join(folder, id))
      const { title, language, metadata } = readFrontMatter(text)
      yield {
        id,
        text,
        ...(title !== undefined && { title }),
        ...(language !== undefined && { language }),
        ...(options.url && { url: options.url(id) }),
        metadata,
      }
    } catch (error) {
      yield { id, error }
    }
  }
}

async function readText(file: string): Promise<string> {
  const { size } = await stat(file)
  if (size > MAX_BYTES) throw new Error(`${size} bytes; at most ${MAX_DOCUMENT_CHARS} characters are taken`)
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
