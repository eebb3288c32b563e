import { type ChatKitClient, ChatKitRequestError } from '@robolearn/chatkit-server-core/client'
import { typeOfFile, type UploadRules } from './attachment-rules.ts'
import type { Attachment } from './thread-items.ts'

/** An upload that came to nothing, in words for the learner. */
export class UploadError extends Error {
  override readonly name = 'UploadError'
  readonly canRetry: boolean

  constructor(message: string, { canRetry }: { canRetry: boolean }) {
    super(message)
    this.canRetry = canRetry
  }
}

export interface UploadOptions {
  client: Pick<ChatKitClient, 'send'>
  rules: UploadRules
  /** Told how much of it has gone, from 0 to 1. */
  onProgress: (share: number) => void
  signal: AbortSignal
}

interface Target {
  url: string
  method: 'POST' | 'PUT'
  headers: Record<string, string>
}

const OFFLINE = 'The connection broke off.'

function messageIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}

// Not `fetch`: it tells nothing of how much has gone.
function transfer(body: Blob | FormData, target: Target, options: UploadOptions): Promise<string> {
  const { onProgress, signal } = options
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = (): void => request.abort()
    request.open(target.method, target.url)
    for (const [name, value] of Object.entries(target.headers)) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onProgress(total > 0 ? loaded / total : 0),
    )
    request.addEventListener('load', () => {
      const { status, responseText } = request
      if (status >= 200 && status < 300) return resolve(responseText)
      const message = messageIn(responseText) ?? 'The file could not be sent.'
      reject(new UploadError(message, { canRetry: status >= 500 || status === 408 || status === 429 }))
    })
    request.addEventListener('error', () => reject(new UploadError(OFFLINE, { canRetry: true })))
    request.addEventListener('abort', () => reject(new UploadError('It was taken back.', { canRetry: true })))
    request.addEventListener('loadend', () => signal.removeEventListener('abort', stop))
    signal.addEventListener('abort', stop)
    request.send(body)
  })
}

async function uploadAsForm(file: File, url: string, options: UploadOptions): Promise<Attachment> {
  const form = new FormData()
  form.set('file', new File([file], file.name, { type: typeOfFile(file) }))
  return JSON.parse(await transfer(form, { url, method: 'POST', headers: {} }, options)) as Attachment
}

async function uploadInTwoSteps(file: File, options: UploadOptions): Promise<Attachment> {
  const { client, signal } = options
  const params = { name: file.name, size: file.size, mime_type: typeOfFile(file) }
  const created = await client.send({ type: 'attachments.create', params }, { signal })
  const { upload_descriptor: target, ...attachment } = created
  if (!target) return attachment
  try {
    await transfer(file, target, options)
  } catch (error) {
    // What was announced and did not come would count as the learner's until it is swept.
    await removeUpload(client, attachment.id)
    throw error
  }
  return attachment
}

/** Sends a file. Rejects with an `UploadError`, also when the signal fires. */
export async function uploadFile(file: File, options: UploadOptions): Promise<Attachment> {
  const { direct } = options.rules
  try {
    return await (direct === undefined
      ? uploadInTwoSteps(file, options)
      : uploadAsForm(file, direct, options))
  } catch (error) {
    if (error instanceof UploadError) throw error
    if (!(error instanceof ChatKitRequestError)) throw new UploadError(OFFLINE, { canRetry: true })
    if (error.status === 401) throw new UploadError('Sign in first.', { canRetry: true })
    throw new UploadError(error.issues?.[0]?.message ?? error.message, { canRetry: error.status !== 400 })
  }
}

/** Takes back a file that stands in no message. What cannot be removed is swept by the server some day. */
export async function removeUpload(client: Pick<ChatKitClient, 'send'>, id: string): Promise<void> {
  await client.send({ type: 'attachments.delete', params: { attachment_id: id } }).catch(() => {})
}
