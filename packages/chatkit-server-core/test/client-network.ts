import { createChatKitHandler, type ThreadStreamEvent, type Turn } from '../src/index.ts'
import { ada, TestServer, type User } from './test-server.ts'

export interface SentRequest {
  type: string
  params: Record<string, unknown>
  metadata: unknown
  headers: Headers
}

/** What becomes of one request. */
export type Outcome = Response | 'lost' | 'answer lost' | 'cut' | 'sent'
type Fate = (request: SentRequest) => Outcome | Promise<Outcome>

/** A server and the way to it, which a test can break. */
export class Network {
  readonly server: TestServer
  readonly sent: SentRequest[] = []
  /** Asked for each request; `cut` breaks its stream off when the test says so. */
  fate: Fate = () => 'sent'
  /** Told when the server has answered a request, before its client is. */
  onAnswer: (request: SentRequest) => void = () => {}
  #cut = Promise.withResolvers<'cut' | 'ended'>()
  readonly #handler: ReturnType<typeof createChatKitHandler>

  constructor(respond: (turn: Turn<User>) => AsyncIterable<ThreadStreamEvent> | ThreadStreamEvent[]) {
    this.server = new TestServer(respond)
    this.#handler = createChatKitHandler(this.server, { authenticate: () => ada })
  }

  /** Breaks off the streams whose fate is to be cut; ends them as if they were whole, where `quietly`. */
  cut({ quietly = false } = {}): void {
    this.#cut.resolve(quietly ? 'ended' : 'cut')
    this.#cut = Promise.withResolvers<'cut' | 'ended'>()
  }

  types(): string[] {
    return this.sent.map(({ type }) => type)
  }

  fetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const body = JSON.parse(typeof init.body === 'string' ? init.body : '{}') as SentRequest
    const request = { ...body, headers: new Headers(init.headers) }
    this.sent.push(request)
    const fate = await this.fate(request)
    if (fate instanceof Response) return fate
    if (fate === 'lost') throw new TypeError('fetch failed')
    const response = await this.#handler.fetch(new Request(url, init))
    this.onAnswer(request)
    if (fate === 'answer lost') throw new TypeError('fetch failed')
    if (fate === 'cut' && response.body) return new Response(this.#breakable(response.body), response)
    return response
  }

  #breakable(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader()
    const cut = this.#cut.promise
    return new ReadableStream({
      async pull(controller) {
        const chunk = await Promise.race([reader.read(), cut])
        if (chunk === 'cut') controller.error(new TypeError('terminated'))
        else if (chunk === 'ended') controller.close()
        else if (chunk.done) controller.close()
        else controller.enqueue(chunk.value)
        if (typeof chunk === 'string') await reader.cancel()
      },
      cancel: (reason) => reader.cancel(reason),
    })
  }
}
