import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import type { ChatKitRequestBody, ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { createParser } from 'eventsource-parser'

/** An event as a client got it. */
export interface SeenEvent {
  /** `run_id:seq`. */
  id: string
  runId: string
  seq: number
  event: ThreadStreamEvent
}

export interface ReadingOptions {
  port: number
  owner: string
  body: ChatKitRequestBody
  /** `Idempotency-Key`. */
  key?: string | undefined
  /** Gives up after that long without a byte, as a client does that pings. */
  patienceMs?: number | undefined
}

/** How a stream was over: the server ended it, or the connection broke. */
export type ReadingEnd = 'end' | 'cut'

/** One request for a stream, and what came of it. Nothing here rejects: a broken connection is a result. */
export class Reading {
  readonly events: SeenEvent[] = []
  /** 0 where no answer came. */
  status = 0
  /** Why it was refused. */
  refusal: { code: string; runId?: string | undefined } | undefined
  readonly over: Promise<ReadingEnd>
  readonly #request: ClientRequest
  readonly #waiting = new Set<() => void>()
  #isOver = false

  constructor({ port, owner, body, key, patienceMs }: ReadingOptions) {
    this.#request = request({
      port,
      host: '127.0.0.1',
      path: '/chatkit',
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/json',
        authorization: owner,
        'x-chatkit-client': 'stop',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
    })
    if (patienceMs !== undefined) this.#request.setTimeout(patienceMs, () => this.leave())
    const { promise, resolve } = Promise.withResolvers<ReadingEnd>()
    this.over = promise
    const end = (how: ReadingEnd): void => {
      this.#isOver = true
      this.#wake()
      resolve(how)
    }
    this.#request.on('error', () => end('cut'))
    this.#request.on('close', () => end('cut'))
    this.#request.on('response', (response) => this.#read(response, end))
    this.#request.end(JSON.stringify(body))
  }

  get last(): SeenEvent | undefined {
    return this.events.at(-1)
  }

  get runId(): string | undefined {
    return this.last?.runId
  }

  get threadId(): string | undefined {
    for (const { event } of this.events) {
      if (event.type === 'thread.created') return event.thread.id
      if ('item' in event) return event.item.thread_id
    }
    return undefined
  }

  /** Resolves when there are that many events, or will be no more. Gives whether they are there. */
  async atLeast(count: number): Promise<boolean> {
    while (this.events.length < count && !this.#isOver) {
      await new Promise<void>((resolve) => void this.#waiting.add(resolve))
    }
    return this.events.length >= count
  }

  leave(): void {
    this.#request.destroy()
  }

  #read(response: IncomingMessage, end: (how: ReadingEnd) => void): void {
    this.status = response.statusCode ?? 0
    response.on('error', () => {})
    response.on('close', () => end(response.complete ? 'end' : 'cut'))
    response.setEncoding('utf8')
    if (this.status === 200) {
      const parser = createParser({ onEvent: ({ id, data }) => this.#see(id ?? '', data) })
      response.on('data', (text: string) => parser.feed(text))
      return
    }
    let text = ''
    response.on('data', (piece: string) => (text += piece))
    response.on('end', () => {
      const { error } = JSON.parse(text) as { error: { code: string; run_id?: string } }
      this.refusal = { code: error.code, runId: error.run_id }
    })
  }

  #see(id: string, json: string): void {
    const [runId = '', seq] = id.split(':')
    this.events.push({ id, runId, seq: Number(seq), event: JSON.parse(json) as ThreadStreamEvent })
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}
