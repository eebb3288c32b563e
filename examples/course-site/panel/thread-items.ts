import type { ThreadState } from '@robolearn/chatkit-server-core/client'

export type ThreadItem = ThreadState['items'][number]
export type UserMessage = Extract<ThreadItem, { type: 'user_message' }>
export type AssistantMessage = Extract<ThreadItem, { type: 'assistant_message' }>
export type AssistantContent = AssistantMessage['content'][number]
export type Source = AssistantContent['annotations'][number]['source']
