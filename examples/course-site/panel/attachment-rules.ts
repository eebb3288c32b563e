import { readMeta } from './page-context.ts'
import { isRecord } from './widgets/component.ts'

/** Which files the site takes, as the page says. */
export interface UploadRules {
  /** Media types; `image/*` stands for all of a kind. */
  accept: readonly string[]
  maxBytes: number
  /** Where a form with the file is posted. Without it a file is announced first and then put where the server says. */
  direct?: string
}

// For files that the system knows no type of.
const TYPES_BY_ENDING: Record<string, string> = {
  csv: 'text/csv',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  txt: 'text/plain',
}

/** The rules of this page; `undefined` where it takes no files. */
export function readUploadRules(): UploadRules | undefined {
  const written = readMeta('chat-uploads')
  if (written === '') return undefined
  const rules: unknown = JSON.parse(written)
  if (!isRecord(rules) || !Array.isArray(rules['accept']) || typeof rules['maxBytes'] !== 'number') {
    throw new TypeError('<meta name="chat-uploads">: needs `accept`, a list of media types, and `maxBytes`.')
  }
  const { accept, maxBytes, direct } = rules
  const types = accept.filter((type) => typeof type === 'string')
  return { accept: types, maxBytes, ...(typeof direct === 'string' ? { direct } : {}) }
}

/** The file's media type without parameters; empty where nobody knows it. */
export function typeOfFile({ type, name }: Pick<File, 'type' | 'name'>): string {
  const [given = ''] = type.toLowerCase().split(';')
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return given || (Object.hasOwn(TYPES_BY_ENDING, ending) ? (TYPES_BY_ENDING[ending] ?? '') : '')
}

/** A size as people read it. */
export function sizeText(bytes: number): string {
  const kilobytes = bytes / 1024
  if (kilobytes < 1) return `${bytes} bytes`
  if (kilobytes < 1024) return `${Math.round(kilobytes)} KB`
  const megabytes = kilobytes / 1024
  return `${megabytes < 10 ? megabytes.toFixed(1).replace('.0', '') : Math.round(megabytes)} MB`
}

/** Why a file is not taken, in words for the learner. */
export function refusalOf(file: File, { accept, maxBytes }: UploadRules): string | undefined {
  const type = typeOfFile(file)
  const fits = accept.some((one) => one === type || (one.endsWith('/*') && type.startsWith(one.slice(0, -1))))
  if (!fits) return 'Files of this type cannot be sent.'
  if (file.size > maxBytes) return `It is larger than ${sizeText(maxBytes)}.`
  return file.size === 0 ? 'It is empty.' : undefined
}
