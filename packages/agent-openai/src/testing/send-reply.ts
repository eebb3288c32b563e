import type { ServerResponse } from 'node:http'
import { chatCompletionsFrames, wholeCompletion } from './chat-completions-api.ts'
import type { Frame, ReplyPlace } from './frame.ts'
import {
  isPause,
  type ModelAnswer,
  type ModelReply,
  type Pause,
  type RawAnswer,
  type StatusReply,
} from './model-reply.ts'
import type { ReceivedRequest } from './received-request.ts'
import { responsesFrames, wholeResponse } from './responses-api.ts'

/** Answers one request, in the form of the API that it went to. Resolves when all is said, or when nobody listens. */
export async function sendReply(
  response: ServerResponse,
  request: ReceivedRequest,
  given: ModelReply,
  tearDown: () => void,
): Promise<void> {
  const reply = typeof given === 'string' ? { output: [{ type: 'text' as const, text: given }] } : given
  if ('delay' in reply && reply.delay) await pause(response, reply.delay)
  if (response.destroyed) return
  if ('status' in reply) return sendStatus(response, reply)
  if (request.api === 'other') return sendStatus(response, { status: 404 })
  const isCut = 'events' in reply ? reply.isCut === true : reply.ending === 'cut'
  if (request.body.stream === true) {
    return sendStream(response, request, framesOf(reply, request), tearDown)
  }
  if (isCut) return tearDown()
  sendStatus(response, { status: 200, body: wholeOf(reply, request) })
}

function framesOf(reply: ModelAnswer | RawAnswer, request: ReceivedRequest): Frame[] {
  if ('events' in reply) {
    const frames: Frame[] = reply.events.map((event) => (isPause(event) ? event : { send: event }))
    return [...frames, reply.isCut ? 'cut' : 'done']
  }
  if (request.api === 'responses') return responsesFrames(reply, placeOf(request))
  const options = request.body.stream_options as { include_usage?: unknown } | undefined
  return chatCompletionsFrames(reply, placeOf(request), { includeUsage: options?.include_usage === true })
}

function wholeOf(reply: ModelAnswer | RawAnswer, request: ReceivedRequest): unknown {
  if ('events' in reply) {
    return reply.events.flatMap((event) => ('response' in event ? [event.response] : [])).at(-1) ?? null
  }
  const whole = request.api === 'responses' ? wholeResponse : wholeCompletion
  return whole(reply, placeOf(request))
}

const placeOf = ({ ordinal, body, receivedAtMs }: ReceivedRequest): ReplyPlace => ({
  ordinal,
  model: typeof body.model === 'string' ? body.model : 'test-model',
  createdAt: Math.floor(receivedAtMs / 1000),
})

function sendStatus(
  response: ServerResponse,
  { status, body, headers, retryAfterSeconds }: StatusReply,
): void {
  const error = { message: `Refused with status ${status}.`, type: 'error', code: null, param: null }
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      ...headers,
    })
    .end(JSON.stringify(body ?? { error }))
}

async function sendStream(
  response: ServerResponse,
  request: ReceivedRequest,
  frames: Frame[],
  tearDown: () => void,
): Promise<void> {
  const isChat = request.api === 'chat-completions'
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  for (const frame of frames) {
    if (response.destroyed) return
    if (frame === 'cut') return cut(response, tearDown)
    if (frame === 'done') {
      if (isChat) response.write('data: [DONE]\n\n')
    } else if ('send' in frame) {
      const name = isChat ? '' : `event: ${String(frame.send.type)}\n`
      response.write(`${name}data: ${JSON.stringify(frame.send)}\n\n`)
    } else await pause(response, frame)
  }
  response.end()
}

/** Tears the connection down once everything before has left this process: the client is to receive it. */
async function cut(response: ServerResponse, tearDown: () => void): Promise<void> {
  await new Promise<void>((resolve) => {
    response.write(': cut\n\n', () => resolve())
  })
  tearDown()
}

async function pause(response: ServerResponse, forHowLong: Pause): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let leave = (): void => {}
  const over = new Promise<void>((resolve) => {
    leave = resolve
    response.once('close', leave)
    if ('until' in forHowLong) forHowLong.until.then(leave, leave)
    else timer = setTimeout(leave, forHowLong.waitMs)
  })
  await over
  clearTimeout(timer)
  response.off('close', leave)
}
