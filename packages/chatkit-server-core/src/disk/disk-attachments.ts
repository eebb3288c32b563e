import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { AttachmentInput, AttachmentStore } from '../attachments/attachment-store.ts'
import { ChatKitError } from '../errors.ts'
import { say, type ServerWords } from '../messages/messages.ts'
import type { Attachment } from '../protocol/attachments.ts'
import type { Scope } from '../store/scope.ts'
import { AttachmentFolder, type AttachmentRecord } from './attachment-folder.ts'
import { checkContent } from './check-content.ts'
import { RASTER_TYPES } from './raster-types.ts'
import { receiveFile } from './receive-file.ts'
import { UrlSigner, type Grant } from './signed-url.ts'
import { sweepOrphans, type KnownAttachments } from './sweep-orphans.ts'
import { UploadRefusal } from './upload-refusal.ts'

export interface DiskAttachmentsOptions {
  /** Where the files are. Made when it is not there; only this server's user can read it. */
  folder: string
  /**
   * Where the handler of `createAttachmentHandler` is reached from the outside: `https://example.com/attachments`, or
   * `/attachments` on the origin of the page. Never taken from a request.
   */
  publicUrl: string
  /** Signs the URLs: at least 16 characters that nobody can guess. Another one makes all URLs invalid. */
  secret: string
  /** Which types may be uploaded. Default: PNG, JPEG, GIF, WebP, PDF, plain text, Markdown, CSV and JSON. */
  allowedTypes?: readonly string[]
  /** The largest file. Default 20 MiB. */
  maxFileBytes?: number
  /** How much an owner may have in all, announced files included. Default 500 MiB. */
  maxOwnerBytes?: number
  /** How many files an owner may have, announced ones included. Default 10,000. */
  maxOwnerFiles?: number
  /** For how long a URL that shows a file is good. Default 3,600. */
  downloadTtlSeconds?: number
  /** For how long a file may be uploaded once it was announced. Default 900. */
  uploadTtlSeconds?: number
  /** How long an upload may stand still. Default 60,000. */
  stallMs?: number
  clock?: () => Date
}

const DEFAULT_TYPES = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'application/pdf',
  'text/plain',
  'text/markdown',
  'text/csv',
  'application/json',
] as const

/**
 * Keeps the bytes of attachments in a folder. Put `createAttachmentHandler` behind its `publicUrl`, and call
 * `sweep(store)` now and then.
 *
 * The URLs of an attachment are made whenever it goes to a client, and let whoever has them read or upload that one
 * file for a time. `create` refuses with `request_invalid` what is too large, not allowed or over the owner's quota.
 */
export class DiskAttachments<TContext = unknown> implements AttachmentStore<TContext> {
  readonly #options: Required<Omit<DiskAttachmentsOptions, 'publicUrl' | 'secret' | 'folder'>>
  readonly #folder: AttachmentFolder
  readonly #signer: UrlSigner

  constructor(options: DiskAttachmentsOptions) {
    const { folder, secret, clock = () => new Date() } = options
    if (secret.length < 16) throw new TypeError('secret: at least 16 characters that nobody can guess.')
    const publicUrl = options.publicUrl.replace(/\/+$/, '')
    if (!/^(https?:\/\/[^/?#]+)?(\/[^?#]*)?$/.test(publicUrl)) {
      throw new TypeError(`publicUrl: "${publicUrl}" is neither an http(s) URL without a query nor a path.`)
    }
    this.#folder = new AttachmentFolder(folder)
    this.#signer = new UrlSigner({ publicUrl, secret, now: clock })
    this.#options = {
      allowedTypes: options.allowedTypes ?? DEFAULT_TYPES,
      maxFileBytes: options.maxFileBytes ?? 20 * 1024 * 1024,
      maxOwnerBytes: options.maxOwnerBytes ?? 500 * 1024 * 1024,
      maxOwnerFiles: options.maxOwnerFiles ?? 10_000,
      downloadTtlSeconds: options.downloadTtlSeconds ?? 3_600,
      uploadTtlSeconds: options.uploadTtlSeconds ?? 900,
      stallMs: options.stallMs ?? 60_000,
      clock,
    }
  }

  create = async (id: string, input: AttachmentInput, scope: Scope<TContext>): Promise<Attachment> => {
    const whose = { owner: scope.owner, ...(scope.tenant === undefined ? {} : { tenant: scope.tenant }) }
    this.#checkInput(input)
    const record = { id, ...whose, ...input, created_at: this.#options.clock().toISOString() }
    await this.#folder.save(record)
    // Counted with itself: of two that come at the same instant each sees the other.
    const tooMuch = this.#tooMuch(await this.#folder.usageOf(whose))
    if (tooMuch !== undefined) {
      await this.#folder.delete(record)
      throw refused('params.size', tooMuch)
    }
    const base = { id, name: input.name, mime_type: input.mime_type }
    return RASTER_TYPES.has(input.mime_type)
      ? { ...base, type: 'image', preview_url: '' }
      : { ...base, type: 'file' }
  }

  sign = async (attachment: Attachment, scope: Scope<TContext>): Promise<Attachment> => {
    const { upload_descriptor: _, ...stored } = attachment
    const record = await this.#folder.record(attachment.id)
    if (!record || !isOwn(record, scope)) return stored
    const { downloadTtlSeconds } = this.#options
    const shown =
      stored.type === 'image'
        ? { ...stored, preview_url: this.#signer.sign(toGrant('GET', record), downloadTtlSeconds) }
        : stored
    if ((await this.#folder.sizeOf(record.id)) !== undefined) return shown
    const leftSeconds = this.#uploadSecondsLeft(record)
    if (leftSeconds <= 0) return shown
    const url = this.#signer.sign(toGrant('PUT', record), leftSeconds)
    const headers = { 'content-type': record.mime_type }
    return { ...shown, upload_descriptor: { url, method: 'PUT', headers } }
  }

  /** A URL under which a file can be downloaded for a time. Rejects with `attachment_not_found`. */
  downloadUrl = async (id: string, scope: Scope<TContext>): Promise<string> => {
    const record = await this.#owned(id, scope)
    return this.#signer.sign(toGrant('GET', record), this.#options.downloadTtlSeconds)
  }

  read = async (
    id: string,
    scope: Scope<TContext>,
  ): Promise<{ body: ReadableStream<Uint8Array>; size: number; mime_type: string }> => {
    await this.#owned(id, scope)
    const file = await this.open(id)
    if (!file) throw notFound(id)
    return { body: file.body(), size: file.record.size, mime_type: file.record.mime_type }
  }

  delete = async (id: string, scope: Scope<TContext>): Promise<void> => {
    const record = await this.#folder.record(id)
    if (record && isOwn(record, scope)) await this.#folder.delete(record)
  }

  /**
   * Removes what nobody sent: files that were announced or uploaded and are in no message a day later, with their
   * rows, and files whose rows are gone. Gives how many. Any number of processes may do it.
   */
  sweep = (store: KnownAttachments, options: { olderThanMs?: number } = {}): Promise<number> => {
    const { olderThanMs = 86_400_000 } = options
    const before = new Date(this.#options.clock().getTime() - olderThanMs)
    return sweepOrphans(this.#folder, store, before)
  }

  /** Removes all files of an owner and gives how many. For erasure, beside the same call of the store. */
  deleteOwner = (owner: string, tenant?: string): Promise<number> =>
    this.#folder.deleteOwner({ owner, ...(tenant === undefined ? {} : { tenant }) })

  /** How much an owner has, with what was announced and not uploaded yet. */
  usage = ({ owner, tenant }: Scope<TContext>): Promise<{ files: number; bytes: number }> =>
    this.#folder.usageOf({ owner, ...(tenant === undefined ? {} : { tenant }) })

  /** Whether the URL allows it, and for how many seconds more. Throws an `UploadRefusal`. */
  check(grant: Pick<Grant, 'method' | 'id'>, query: URLSearchParams): number {
    return this.#signer.check(grant, query)
  }

  /** What was uploaded, for whoever has a URL for it. */
  async open(
    id: string,
  ): Promise<{ record: AttachmentRecord; body: () => ReadableStream<Uint8Array> } | undefined> {
    const record = await this.#folder.record(id)
    if (!record || (await this.#folder.sizeOf(id)) === undefined) return undefined
    const path = this.#folder.filePath(id)
    return { record, body: () => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array> }
  }

  /** Receives the file of an announced attachment, whole or not at all. Rejects with an `UploadRefusal`. */
  async upload(id: string, body: Readable, signal?: AbortSignal): Promise<void> {
    const record = await this.#folder.record(id)
    if (!record) throw new UploadRefusal('attachment_not_found', { key: 'upload_gone' })
    if ((await this.#folder.sizeOf(id)) !== undefined) throw alreadyUploaded()
    await this.receive(body, { maxBytes: record.size, signal }, async (path, size) => {
      if (size < record.size) {
        const facts = { bytes: size, announcedBytes: record.size }
        throw new UploadRefusal('file_incomplete', { key: 'file_incomplete', facts })
      }
      await checkContent(path, record.mime_type)
      await this.place(id, path)
    })
  }

  /** Gives a received file to an announced attachment. Rejects with an `UploadRefusal` where that has one. */
  async place(id: string, path: string): Promise<void> {
    if (!(await this.#folder.place(path, id))) throw alreadyUploaded()
  }

  /** Receives a file of at most so many bytes and gives its path to `use`, behind which it is removed if still there. */
  async receive(
    body: Readable,
    limits: { maxBytes?: number; signal?: AbortSignal | undefined },
    use: (path: string, size: number) => Promise<void>,
  ): Promise<void> {
    const { maxFileBytes, stallMs } = this.#options
    const { maxBytes = maxFileBytes, signal } = limits
    const path = await this.#folder.incoming()
    try {
      await use(path, await receiveFile(body, path, { maxBytes, stallMs, signal }))
    } finally {
      await rm(path, { force: true })
    }
  }

  /** What is too much of it, in words for the owner. */
  #tooMuch({ files, bytes }: { files: number; bytes: number }): ServerWords | undefined {
    const { maxOwnerBytes, maxOwnerFiles } = this.#options
    if (bytes > maxOwnerBytes) return { key: 'files_over_quota', facts: { maxBytes: maxOwnerBytes } }
    if (files > maxOwnerFiles) return { key: 'files_too_many', facts: { maxFiles: maxOwnerFiles } }
    return undefined
  }

  #uploadSecondsLeft({ created_at }: AttachmentRecord): number {
    const { clock, uploadTtlSeconds } = this.#options
    return uploadTtlSeconds - Math.floor((clock().getTime() - Date.parse(created_at)) / 1000)
  }

  #checkInput({ size, mime_type: type }: AttachmentInput): void {
    const { allowedTypes, maxFileBytes } = this.#options
    if (!allowedTypes.includes(type)) {
      throw refused('params.mime_type', {
        key: 'file_type_not_allowed',
        facts: { type, allowed: allowedTypes.join(', ') },
      })
    }
    if (size < 1) throw refused('params.size', { key: 'file_empty' })
    if (size > maxFileBytes)
      throw refused('params.size', { key: 'file_too_large', facts: { maxBytes: maxFileBytes } })
  }

  async #owned(id: string, scope: Scope<TContext>): Promise<AttachmentRecord> {
    const record = await this.#folder.record(id)
    if (!record || !isOwn(record, scope)) throw notFound(id)
    return record
  }
}

const toGrant = (method: Grant['method'], { id, size }: AttachmentRecord): Grant => ({ method, id, size })

const isOwn = (record: AttachmentRecord, scope: Scope): boolean =>
  record.owner === scope.owner && record.tenant === scope.tenant

const alreadyUploaded = (): UploadRefusal => new UploadRefusal('already_uploaded', { key: 'file_uploaded' })

const notFound = (id: string): ChatKitError =>
  new ChatKitError('attachment_not_found', { key: 'attachment_not_found', facts: { id } })

const refused = (path: string, words: ServerWords): ChatKitError =>
  new ChatKitError('request_invalid', words, { issues: [{ path, message: say(words) }] })
