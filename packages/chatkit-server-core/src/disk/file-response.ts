import type { AttachmentRecord } from './attachment-folder.ts'
import { RASTER_TYPES } from './raster-types.ts'

/** The file of somebody, served so that nothing in it can run on this origin. */
export function fileResponse(
  { name, mime_type: type, size }: AttachmentRecord,
  body: ReadableStream<Uint8Array> | null,
  goodForSeconds: number,
): Response {
  const disposition = RASTER_TYPES.has(type) ? 'inline' : 'attachment'
  const headers = {
    'content-type': type.startsWith('text/') ? `${type}; charset=utf-8` : type,
    'content-length': String(size),
    'content-disposition': `${disposition}; filename*=UTF-8''${encodeName(name)}`,
    'cache-control': `private, max-age=${goodForSeconds}`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  }
  return new Response(body, { headers })
}

/** Percent-encoded as RFC 8187 wants it, which `encodeURIComponent` does but for four characters. */
const encodeName = (name: string): string =>
  encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
