import { generateId, type Turn } from '@robolearn/chatkit-server-core'
import { ada, type Person } from './ask.ts'

/** A turn of a thread that no server has opened, for what works without one and asks no store. */
export function aTurn(signal: AbortSignal = new AbortController().signal): Turn<Person> {
  const created_at = '2026-01-01T00:00:00Z'
  return {
    thread: { id: 'thr_1', created_at, status: { type: 'active' }, metadata: {} },
    locale: undefined,
    userMessage: {
      id: 'msg_1',
      thread_id: 'thr_1',
      created_at,
      type: 'user_message',
      content: [{ type: 'input_text', text: 'Hello' }],
      attachments: [],
      inference_options: {},
    },
    context: ada,
    metadata: {},
    signal,
    store: {} as Turn<Person>['store'],
    generateId,
    now: () => new Date(0),
    run: { id: 'run_1' },
  }
}
