import type { ThreadState } from '@robolearn/chatkit-server-core/client'

export type ThreadItem = ThreadState['items'][number]
export type ThreadItemOf<T extends ThreadItem['type']> = Extract<ThreadItem, { type: T }>
export type UserMessage = ThreadItemOf<'user_message'>
export type Attachment = UserMessage['attachments'][number]
export type AssistantMessage = ThreadItemOf<'assistant_message'>
export type AssistantContent = AssistantMessage['content'][number]
export type Source = AssistantContent['annotations'][number]['source']
export type WidgetItem = ThreadItemOf<'widget'>
export type ClientToolCall = ThreadItemOf<'client_tool_call'>
export type StructuredInputItem = ThreadItemOf<'structured_input'>
export type StructuredInput = StructuredInputItem['inputs'][number]
export type WorkflowItem = ThreadItemOf<'workflow'>
export type Task = WorkflowItem['workflow']['tasks'][number]
