import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { ChatKitError } from '../errors.ts'
import { acceptedLocales } from '../http/accepted-locales.ts'
import { createCorsHeaders, type CorsOptions } from '../http/cors.ts'
import { say, type MessageCatalogues } from '../messages/messages.ts'
import type { ChatKitServer } from '../server.ts'
import { checkContent } from './check-content.ts'
import type { DiskAttachments } from './disk-attachments.ts'
import { fileResponse } from './file-response.ts'
import { readFormFile } from './read-form-file.ts'
import { UploadRefusal } from './upload-refusal.ts'

export interface AttachmentHandlerOptions<TContext> {
  /**
   * Takes a form with a file by POST on `publicUrl` itself and answers with the attachment, as clients do that are
   * told to upload directly. Without it files are only uploaded to the URL that `attachments.create` gave.
   */
  direct?: {
    server: Pick<ChatKitServer<TContext>, 'process'>
    /** As for `createChatKitHandler`. */
    authenticate: (request: Request) => TContext | null | undefined | Promise<TContext | null | undefined>
  }
  /** Lets pages of other origins upload. Default: browsers keep them out, and forms that they send are refused. */
  cors?: CorsOptions
  /** The server's own words in other languages, as for `ChatKitServer`. */
  messages?: MessageCatalogues
  /** Told of what went wrong on this server; the person is only told that it did. */
  onError?: (error: unknown, ids: { requestId: string }) => void
}

/**
 * Uploads and downloads in web-standard terms, to be put behind the store's `publicUrl` and all that is below it. It
 * never rejects; a refusal is answered in the shape of the endpoint's errors, and nothing of it stays on the disk.
 */
export function createAttachmentHandler<TContext>(
  attachments: DiskAttachments<TContext>,
  options: AttachmentHandlerOptions<TContext> = {},
): { fetch: (request: Request) => Promise<Response> } {
  const { direct, onError = () => {} } = options
  const corsHeaders = options.cors ? createCorsHeaders(options.cors) : undefined

  const wordsOf = (refusal: UploadRefusal | ChatKitError | undefined, locales: string[]): string => {
    // What an application wrote itself stays as it is.
    if (refusal && !refusal.words) return refusal.message
    return say(refusal?.words ?? { key: 'upload_failed' }, locales, options.messages)
  }

  const receiveForm = async (request: Request): Promise<Response> => {
    if (!direct) throw new UploadRefusal('method_not_allowed', { key: 'upload_methods' })
    assertOwnSite(request, corsHeaders?.(request.headers.get('origin')) ?? [])
    const context = await direct.authenticate(request)
    if (context === null || context === undefined) {
      throw new UploadRefusal('unauthenticated', { key: 'unauthenticated' })
    }
    const call = async (type: string, params: object): Promise<unknown> => {
      const reply = await direct.server.process(JSON.stringify({ type, params }), context)
      return reply.kind === 'json' ? JSON.parse(reply.json) : undefined
    }
    return readFormFile(request, async ({ name, type, body, whole }) => {
      let response: Response | undefined
      await attachments.receive(body, { signal: request.signal }, async (path, size) => {
        await checkContent(path, type)
        // A form that turns out wrong behind its file must leave nothing.
        await whole
        const made = (await call('attachments.create', { name, size, mime_type: type })) as { id: string }
        try {
          await attachments.place(made.id, path)
        } catch (error) {
          await call('attachments.delete', { attachment_id: made.id })
          throw error
        }
        response = Response.json({ ...made, upload_descriptor: undefined }, { headers: NOT_STORED })
      })
      return response ?? new Response(null, { status: 500 })
    })
  }

  const answer = async (request: Request): Promise<Response> => {
    const { pathname, searchParams: query } = new URL(request.url)
    const { method } = request
    if (method === 'POST') return receiveForm(request)
    const id = pathname.slice(pathname.lastIndexOf('/') + 1)
    if (method === 'PUT') {
      attachments.check({ method: 'PUT', id }, query)
      await attachments.upload(id, bodyOf(request), request.signal)
      return new Response(null, { status: 204, headers: NOT_STORED })
    }
    if (method === 'GET' || method === 'HEAD') {
      const seconds = attachments.check({ method: 'GET', id }, query)
      const file = await attachments.open(id)
      if (!file) throw new UploadRefusal('attachment_not_found', { key: 'file_not_found' })
      return fileResponse(file.record, method === 'GET' ? file.body() : null, seconds)
    }
    throw new UploadRefusal('method_not_allowed', { key: 'upload_methods' })
  }

  return {
    fetch: async (request) => {
      const requestId = crypto.randomUUID()
      const cors = corsHeaders?.(request.headers.get('origin'))
      const response =
        cors && request.method === 'OPTIONS'
          ? preflight(cors)
          : await answer(request).catch((error: unknown) => {
              const isRefusal = error instanceof UploadRefusal || isOfProtocol(error)
              if (!isRefusal) onError(error, { requestId })
              const refusal = isRefusal ? error : undefined
              const locales = acceptedLocales(request.headers.get('accept-language'))
              return refusalResponse(refusal, wordsOf(refusal, locales), requestId)
            })
      response.headers.set('x-request-id', requestId)
      for (const [name, value] of cors ?? []) response.headers.set(name, value)
      return response
    },
  }
}

const NOT_STORED = { 'cache-control': 'no-store' }

/** A refusal of the server behind a direct upload, which its clients know already. */
const isOfProtocol = (error: unknown): error is ChatKitError =>
  ChatKitError.isInstance(error) && (error.status < 500 || error.code === 'hook_not_implemented')

function bodyOf({ body }: Request): Readable {
  // Where the types of browsers are loaded too, theirs of a stream is another one.
  return body ? Readable.fromWeb(body as NodeStream<Uint8Array>) : Readable.from([])
}

/** A form can be sent by a page of any site, and browsers add the cookies: they also say from where. */
function assertOwnSite(request: Request, cors: readonly (readonly [string, string])[]): void {
  const isAllowed = cors.some(([name]) => name === 'access-control-allow-origin')
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const isOwn =
    site === null
      ? origin === null || origin === new URL(request.url).origin
      : site === 'same-origin' || site === 'none'
  if (isOwn || isAllowed) return
  throw new UploadRefusal('cross_site', { key: 'cross_site' })
}

function preflight(cors: readonly (readonly [string, string])[]): Response {
  const headers = new Headers()
  if (cors.some(([name]) => name === 'access-control-allow-origin')) {
    headers.set('access-control-allow-methods', 'GET, PUT, POST')
    headers.set('access-control-allow-headers', 'content-type, authorization')
    headers.set('access-control-max-age', '600')
  }
  return new Response(null, { status: 204, headers })
}

function refusalResponse(
  refusal: UploadRefusal | ChatKitError | undefined,
  message: string,
  requestId: string,
): Response {
  const code = refusal?.code ?? 'internal'
  const headers = new Headers(NOT_STORED)
  if (code === 'method_not_allowed') headers.set('allow', 'GET, HEAD, PUT, POST')
  return Response.json(
    { error: { code, message, request_id: requestId }, message },
    { status: refusal?.status ?? 500, headers },
  )
}
