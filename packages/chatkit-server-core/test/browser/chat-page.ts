// Runs in the browser. Posts and reads as a client does that is built on fetch-event-source: it drops its connection
// when the tab is hidden, posts again when it is shown, and stops by dropping the connection, too.
import { fetchEventSource } from '@microsoft/fetch-event-source'
import {
  applyThreadEvent,
  chatKitFetch,
  createChatKitClient,
  emptyThreadState,
  type ThreadState,
} from '../../src/client/index.ts'
import type { ThreadStreamEvent } from '../../src/index.ts'

const RETRY_MS = 100

const ids: string[] = []
let state: ThreadState = emptyThreadState
let phase: 'idle' | 'reading' | 'ended' = 'idle'
let current = new AbortController()

const fetch = chatKitFetch({
  metadata: () => ({ page: { title: 'Quaternions' } }),
  shouldStop: ({ reason }) => {
    // Told to the server: a page that is being left cannot be asked.
    globalThis.fetch(`/left/${reason}`, { method: 'POST', keepalive: true }).catch(() => {})
    return reason === 'stop'
  },
})
const client = createChatKitClient({ url: '/chatkit' })
const headers = { 'content-type': 'application/json' }

function requestOf(text: string) {
  const input = { content: [{ type: 'input_text' as const, text }] }
  return { type: 'threads.create' as const, params: { input } }
}

function begin(): void {
  current = new AbortController()
  state = emptyThreadState
  phase = 'reading'
}

function show(event: ThreadStreamEvent): void {
  state = applyThreadEvent(state, event)
}

const chat = {
  send: (text: string): void => {
    begin()
    void fetchEventSource('/chatkit', {
      method: 'POST',
      headers,
      body: JSON.stringify(requestOf(text)),
      signal: current.signal,
      fetch,
      onmessage: ({ id, data }) => {
        ids.push(id)
        show(JSON.parse(data) as ThreadStreamEvent)
      },
      onerror: () => RETRY_MS,
      onclose: () => void (phase = 'ended'),
    })
  },
  sendByClient: async (text: string): Promise<void> => {
    begin()
    for await (const event of client.stream(requestOf(text))) show(event)
    phase = 'ended'
  },
  drop: (): void => current.abort(),
  open: (threadId: string): void => {
    const body = JSON.stringify({ type: 'threads.get_by_id', params: { thread_id: threadId } })
    void fetch('/chatkit', { method: 'POST', headers, body })
  },
  dropWhenLeft: (): void => {
    const page = globalThis as unknown as Pick<EventTarget, 'addEventListener'>
    page.addEventListener('beforeunload', () => current.abort())
  },
  seen: () => ({
    phase,
    ids,
    threadId: state.thread?.id,
    texts: state.items.map((item) =>
      item.type === 'user_message' || item.type === 'assistant_message'
        ? item.content.map(({ text }) => text).join('')
        : item.type,
    ),
  }),
}

export type Chat = typeof chat
Object.assign(globalThis, { chat })
