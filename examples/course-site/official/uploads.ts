import { z } from 'zod'
import { readMeta } from '../panel/page-context.ts'

/** Which endings a file picker shows for a type. */
const ENDINGS: Record<string, string[]> = {
  'image/png': ['.png'],
  'image/jpeg': ['.jpg', '.jpeg'],
  'image/webp': ['.webp'],
  'image/gif': ['.gif'],
  'application/pdf': ['.pdf'],
  'text/plain': ['.txt'],
  'text/markdown': ['.md'],
}

const limits = z.object({ accept: z.array(z.string()), maxBytes: z.number() })

/** What may be attached, as the page says it; undefined where nothing may. */
export function readUploads(): { accept: Record<string, string[]>; maxSize: number } | undefined {
  const text = readMeta('chat-uploads')
  if (text === '') return undefined
  const { accept, maxBytes } = limits.parse(JSON.parse(text))
  return { accept: Object.fromEntries(accept.map((type) => [type, ENDINGS[type] ?? []])), maxSize: maxBytes }
}
