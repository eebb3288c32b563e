import { createReadStream } from 'node:fs'
import { fileTypeFromFile } from 'file-type'
import { UploadRefusal } from './upload-refusal.ts'

/** Types that no first bytes tell: any text that is UTF-8 throughout. */
const isText = (type: string): boolean => type.startsWith('text/') || TEXT_TYPES.has(type)
const TEXT_TYPES: ReadonlySet<string> = new Set(['application/json', 'image/svg+xml', 'application/xml'])

/** Names of one type that differ. */
const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'audio/x-wav': 'audio/wav',
  'audio/mp3': 'audio/mpeg',
  'audio/x-m4a': 'audio/mp4',
}

/** Rejects with an `UploadRefusal` (`type_mismatch`) unless the file's content is of the type that it claims. */
export async function checkContent(path: string, claimedType: string): Promise<void> {
  const type = claimedType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const found = (await fileTypeFromFile(path))?.mime
  const isRight = isText(type)
    ? (found === undefined || found.endsWith('xml')) && (await isUtf8(path))
    : found !== undefined && canonical(found) === canonical(type)
  if (isRight) return
  throw new UploadRefusal(
    'type_mismatch',
    found === undefined
      ? { key: 'file_type_unknown', facts: { type } }
      : { key: 'file_type_mismatch', facts: { type, found } },
  )
}

const canonical = (type: string): string => ALIASES[type] ?? type

async function isUtf8(path: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
      if (decoder.decode(chunk, { stream: true }).includes('\0')) return false
    }
    decoder.decode()
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}
