import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { Busboy } from '@fastify/busboy'
import { UploadRefusal } from './upload-refusal.ts'

export interface FormFile {
  name: string
  type: string
  body: Readable
  /** Resolves when the form has ended behind the file, with nothing wrong in it; what is kept of it waits for this. */
  whole: Promise<void>
}

/**
 * Finds the one file of a `multipart/form-data` body and gives it to `use` while it arrives. Rejects with what `use`
 * rejects with, or with an `UploadRefusal` where there is no file, more than one, or the body breaks off. `use` has
 * ended by then.
 */
export async function readFormFile<T>(
  request: Pick<Request, 'headers' | 'body'>,
  use: (file: FormFile) => Promise<T>,
): Promise<T> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw new UploadRefusal('unsupported_media_type', { key: 'upload_not_a_form' })
  }
  const form = new Busboy({ headers: { 'content-type': type }, limits: LIMITS, isPartAFile })
  const body = Readable.fromWeb((request.body ?? new ReadableStream()) as NodeStream<Uint8Array>)
  const { promise: whole, resolve: ended, reject: refuse } = Promise.withResolvers<void>()
  const { promise: used, resolve: settle, reject: fail } = Promise.withResolvers<T>()
  whole.catch(fail)
  let using: Promise<T> | undefined
  let arriving: Readable | undefined
  form.on('file', (_field: string, file: Readable, name: string, _encoding: string, mimeType: string) => {
    arriving = file
    // Whoever reads it is told; nobody may be reading it yet.
    file.on('error', () => {})
    using = use({ name: name || 'file', type: mimeType, body: file, whole })
    using.then(settle, fail)
  })
  form.on('filesLimit', () => refuse(new UploadRefusal('form_invalid', { key: 'form_with_many_files' })))
  form.on('error', () => refuse(brokenOff()))
  form.on('finish', () => (using ? ended() : refuse(withoutFile())))
  body.on('error', () => refuse(brokenOff()))
  body.pipe(form)
  try {
    return await used
  } finally {
    body.unpipe(form)
    body.destroy()
    form.destroy()
    // A file's stream is not told by itself that its form is gone, and without an error it would wait for its end.
    arriving?.destroy(brokenOff())
    refuse(brokenOff())
    await using?.catch(() => {})
  }
}

const LIMITS = { files: 1, fields: 20, fieldSize: 10_000, headerPairs: 50 }
const isPartAFile = (
  _field: string | undefined,
  _type: string | undefined,
  name: string | undefined,
): boolean => name !== undefined

const brokenOff = (): UploadRefusal => new UploadRefusal('file_incomplete', { key: 'upload_broke_off' })
const withoutFile = (): UploadRefusal => new UploadRefusal('form_invalid', { key: 'form_without_file' })
