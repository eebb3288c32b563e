import {
  createChatKitClient,
  applyThreadEvent,
  emptyThreadState,
  type ThreadState,
} from '@robolearn/chatkit-server-core/client'
import type { Annotation, ThreadItem } from '@robolearn/chatkit-server-core'

/** Somebody at the site without a browser: signs in, asks, and reads pages. */
export class Visitor {
  readonly #url: string
  #cookie = ''

  constructor(url: string) {
    this.#url = url
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.#cookie) headers.set('cookie', this.#cookie)
    return fetch(new URL(path, this.#url), { ...init, headers })
  }

  async signIn(learner: string): Promise<Response> {
    const response = await this.post('/session', { learner })
    this.#cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
    return response
  }

  post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  }

  get client() {
    return createChatKitClient({
      url: '/chatkit',
      fetch: (path, init) => this.fetch(String(path), init),
      metadata: () => ({ page: { title: 'Quaternions for rotations', path: '/lessons/03-quaternions' } }),
    })
  }

  /** Asks in a new thread and reads the answer to its end. */
  async ask(text: string): Promise<ThreadState> {
    const input = { content: [{ type: 'input_text' as const, text }], attachments: [], inference_options: {} }
    let state = emptyThreadState
    for await (const event of this.client.stream({ type: 'threads.create', params: { input } })) {
      state = applyThreadEvent(state, event)
    }
    return state
  }
}

export const annotationsOf = (items: readonly ThreadItem[]): Annotation[] =>
  items.flatMap((item) =>
    item.type === 'assistant_message' ? item.content.flatMap(({ annotations }) => annotations) : [],
  )
