import type { RequestIssue } from '../errors.ts'

interface RequestErrorFields {
  status: number
  /** The server's error code; `unknown` where the answer was not from a ChatKit server. */
  code: string
  issues?: RequestIssue[]
  retryAfterSeconds?: number
  /** Leads to the server's log. */
  requestId?: string
}

/** The server refused a request. `message` was written for people and can be shown. */
export class ChatKitRequestError extends Error {
  override readonly name = 'ChatKitRequestError'
  readonly status: number
  readonly code: string
  readonly issues: RequestIssue[] | undefined
  readonly retryAfterSeconds: number | undefined
  readonly requestId: string | undefined

  constructor(message: string, fields: RequestErrorFields) {
    super(message)
    this.status = fields.status
    this.code = fields.code
    this.issues = fields.issues
    this.retryAfterSeconds = fields.retryAfterSeconds
    this.requestId = fields.requestId
  }
}

interface ErrorBody {
  error?: { code?: string; issues?: RequestIssue[]; retry_after_seconds?: number; request_id?: string }
  message?: string
}

/** Reads the refusal; a proxy's page instead of JSON still gives an error with its status. */
export async function toRequestError(response: Response): Promise<ChatKitRequestError> {
  const body = (await response.json().catch(() => undefined)) as ErrorBody | undefined
  const { code, issues, retry_after_seconds: retryAfterSeconds, request_id: requestId } = body?.error ?? {}
  return new ChatKitRequestError(body?.message ?? `The server answered ${response.status}.`, {
    status: response.status,
    code: code ?? 'unknown',
    ...(issues ? { issues } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(requestId === undefined ? {} : { requestId }),
  })
}

/** Whether the same request may fare better a moment later: the connection broke, or the server is not well. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof ChatKitRequestError)) return !(error instanceof SyntaxError)
  return [408, 429, 500, 502, 503, 504].includes(error.status)
}
