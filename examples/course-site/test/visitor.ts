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
  /** What the server has told aside. */
  readonly notices: string[] = []
  /** What the client says of the page. */
  page: Record<string, unknown> = { title: 'Quaternions for rotations', path: '/lessons/03-quaternions' }

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
      metadata: () => ({ page: this.page }),
    })
  }

  /** Asks in a new thread and reads the answer to its end. */
  ask(text: string, attachments: string[] = []): Promise<ThreadState> {
    const input = { ...inputOf(text), attachments }
    return this.follow({ type: 'threads.create', params: { input } })
  }

  /** Asks in the thread that is open. */
  goOn(state: ThreadState, text: string): Promise<ThreadState> {
    const params = { thread_id: threadIdOf(state), input: inputOf(text) }
    return this.follow({ type: 'threads.add_user_message', params }, state)
  }

  /** Presses a button of a widget, as a page does that has drawn it. */
  press(state: ThreadState, itemId: string, action: object): Promise<ThreadState> {
    const params = { thread_id: threadIdOf(state), item_id: itemId, action: action as { type: string } }
    return this.follow({ type: 'threads.custom_action', params }, state)
  }

  /** Sends what opens an answer, and reads it to its end. */
  async follow(request: Opening, before: ThreadState = emptyThreadState): Promise<ThreadState> {
    let state = before
    for await (const event of this.client.stream(request)) {
      if (event.type === 'notice') this.notices.push(event.message)
      state = applyThreadEvent(state, event)
    }
    return state
  }

  /** The thread as the server has it. */
  async reload(state: ThreadState): Promise<readonly ThreadItem[]> {
    const params = { thread_id: threadIdOf(state) }
    return (await this.client.send({ type: 'threads.get_by_id', params })).items.data
  }
}

type Opening = Parameters<ReturnType<typeof createChatKitClient>['stream']>[0]

const inputOf = (text: string) => ({
  content: [{ type: 'input_text' as const, text }],
  attachments: [] as string[],
  inference_options: {},
})

export const threadIdOf = ({ thread }: ThreadState): string => thread?.id ?? ''

/** The words of the newest message of the assistant. */
export function answerOf({ items }: { items: readonly ThreadItem[] }): string {
  const message = items.findLast((item) => item.type === 'assistant_message')
  return message?.content.map(({ text }) => text).join('') ?? ''
}

export const annotationsOf = (items: readonly ThreadItem[]): Annotation[] =>
  items.flatMap((item) =>
    item.type === 'assistant_message' ? item.content.flatMap(({ annotations }) => annotations) : [],
  )
