import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createAttachmentHandler,
  DiskAttachments,
  type AttachmentHandlerOptions,
  type DiskAttachmentsOptions,
} from '../../src/disk/index.ts'
import { createChatKitHandler, type Attachment } from '../../src/index.ts'
import { toNodeHandler } from '../../src/node/index.ts'
import { TestServer, type User } from '../test-server.ts'

/** A server with attachments on `node:http`, in a folder of its own. */
export class FileServer {
  readonly folder: string
  readonly url: string
  readonly attachments: DiskAttachments<User>
  readonly chat: TestServer
  readonly errors: unknown[]
  /** What the clock of the attachments is ahead. */
  aheadMs = 0
  readonly #http: Server

  private constructor(
    folder: string,
    http: Server,
    options: Partial<DiskAttachmentsOptions>,
    handlerOptions: Partial<AttachmentHandlerOptions<User>>,
  ) {
    const address = http.address()
    this.folder = folder
    this.#http = http
    this.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
    this.attachments = new DiskAttachments<User>({
      folder,
      publicUrl: `${this.url}/attachments/`,
      secret: 'a secret for these tests only',
      clock: () => new Date(Date.now() + this.aheadMs),
      ...options,
    })
    const errors: unknown[] = []
    this.errors = errors
    this.chat = new TestServer(() => [], { attachmentStore: this.attachments })
    const authenticate = (request: Request): User | undefined => {
      const userId = request.headers.get('x-user')
      return userId === null ? undefined : { userId }
    }
    const chat = createChatKitHandler(this.chat, { authenticate })
    const files = createAttachmentHandler(this.attachments, {
      direct: { server: this.chat, authenticate },
      onError: (error) => errors.push(error),
      ...handlerOptions,
    })
    const fetch = (request: Request): Promise<Response> =>
      (new URL(request.url).pathname === '/chatkit' ? chat : files).fetch(request)
    http.on('request', toNodeHandler({ fetch }))
  }

  static async open(
    options: Partial<DiskAttachmentsOptions> = {},
    handlerOptions: Partial<AttachmentHandlerOptions<User>> = {},
  ): Promise<FileServer> {
    const folder = await mkdtemp(join(tmpdir(), 'attachments-'))
    const http = createServer()
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    return new FileServer(folder, http, options, handlerOptions)
  }

  async call(type: string, params: object, user = 'ada'): Promise<Response> {
    const headers = { 'content-type': 'application/json', 'x-user': user }
    return fetch(`${this.url}/chatkit`, { method: 'POST', headers, body: JSON.stringify({ type, params }) })
  }

  /** Announces a file. */
  async announce(name: string, mime_type: string, size: number, user = 'ada'): Promise<Attachment> {
    const response = await this.call('attachments.create', { name, mime_type, size }, user)
    if (!response.ok) throw new Error(await response.text())
    return json<Attachment>(response)
  }

  /** Announces a file and uploads it. */
  async upload(name: string, type: string, bytes: Uint8Array<ArrayBuffer>): Promise<Attachment> {
    const attachment = await this.announce(name, type, bytes.byteLength)
    const response = await put(attachment, bytes)
    if (!response.ok) throw new Error(await response.text())
    return attachment
  }

  /** The files that hold bytes of users: uploaded ones, and what is being received. */
  async filesOnDisk(): Promise<string[]> {
    const all = await readdir(this.folder, { recursive: true, withFileTypes: true })
    return all
      .filter((one) => one.isFile() && (one.name.endsWith('.bin') || one.parentPath.endsWith('incoming')))
      .map(({ name }) => name)
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections()
    await new Promise((resolve) => this.#http.close(resolve))
    await rm(this.folder, { recursive: true })
  }
}

/** Uploads to where the attachment says. */
export function put(
  { upload_descriptor: to }: Attachment,
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
): Promise<Response> {
  if (!to) throw new Error('nowhere to upload to')
  return fetch(to.url, { method: to.method, headers: to.headers, body, duplex: 'half' })
}

export const PNG = new Uint8Array(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
)

export const json = async <T>(response: Response): Promise<T> => (await response.json()) as T

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
