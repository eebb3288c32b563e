import type { ChatKitRequestBody } from '@robolearn/chatkit-server-core'
import { scriptText, type Script } from '../model/script.ts'

const input = (script: Script) => ({
  content: [{ type: 'input_text' as const, text: scriptText(script) }],
  attachments: [],
  inference_options: {},
})

/** A message that is answered as its script says, in a new thread or one that is there. */
export const sendBody = (script: Script, threadId?: string): ChatKitRequestBody =>
  threadId === undefined
    ? { type: 'threads.create', params: { input: input(script) } }
    : { type: 'threads.add_user_message', params: { thread_id: threadId, input: input(script) } }

export const resumeBody = (threadId: string, after?: string): ChatKitRequestBody => ({
  type: 'threads.resume',
  params: { thread_id: threadId, ...(after === undefined ? {} : { after }) },
})

export const stopBody = (threadId: string) =>
  ({ type: 'threads.stop', params: { thread_id: threadId } }) satisfies ChatKitRequestBody
