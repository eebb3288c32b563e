import { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import { UploadRefusal } from './upload-refusal.ts'

export interface FormFile {
  name: string
  type: string
  body: Readable
}

/**
 * Finds the one file of a `multipart/form-data` body and gives it to `use` while it arrives. Rejects with what `use`
 * rejects with, or with an `UploadRefusal` where there is no file, more than one, or the body breaks off.
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
  const body = Readable.fromWeb((request.body ?? new ReadableStream()) as ReadableStream<Uint8Array>)
  try {
    return await new Promise<T>((resolve, reject) => {
      let found: Promise<T> | undefined
      form.on('file', (_field: string, file: Readable, name: string, _encoding: string, mimeType: string) => {
        found = use({ name: name || 'file', type: mimeType, body: file })
        found.catch(reject)
      })
      form.on('filesLimit', () => reject(new UploadRefusal('form_invalid', { key: 'form_with_many_files' })))
      form.on('error', () => reject(brokenOff()))
      form.on('finish', () => {
        if (found) found.then(resolve, reject)
        else reject(withoutFile())
      })
      body.on('error', () => reject(brokenOff()))
      body.pipe(form)
    })
  } finally {
    body.unpipe(form)
    body.destroy()
    form.destroy()
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
