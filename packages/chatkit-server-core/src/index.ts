export { ChatKitError, ERROR_STATUS, StreamError } from './errors.ts'
export type { ChatKitErrorOptions, ErrorCode, RequestIssue } from './errors.ts'
export { createChatKitHandler } from './http/create-handler.ts'
export type { ChatKitHandler, ChatKitHandlerOptions } from './http/create-handler.ts'
export { ChatKitServer } from './server.ts'
export type { ChatKitServerOptions, ErrorIds } from './server.ts'
export { textStream } from './text-stream.ts'
export type { Turn } from './turn.ts'
export type { Reply } from './routes/route.ts'
export type { FeedEntry, RunReader } from './runs/run-feed.ts'
export type { Annotation, EntitySource, FileSource, Source, UrlSource } from './protocol/annotations.ts'
export type { Attachment } from './protocol/attachments.ts'
export { threadStreamEventSchema } from './protocol/events.ts'
export type { EventOf, ThreadStreamEvent, ThreadStreamEventType } from './protocol/events.ts'
export type { ItemUpdate } from './protocol/item-updates.ts'
export { isHidden } from './protocol/items.ts'
export type {
  AssistantContent,
  AssistantMessageItem,
  ClientToolCallItem,
  EndOfTurnItem,
  GeneratedImage,
  GeneratedImageItem,
  HiddenContextItem,
  SdkHiddenContextItem,
  StructuredInputItem,
  TaskItem,
  ThreadItem,
  ThreadItemType,
  UserMessageItem,
  WidgetItem,
  WorkflowItem,
} from './protocol/items.ts'
export type { Order, Page } from './protocol/pages.ts'
export type { InputAnswer, StructuredInput } from './protocol/structured-input.ts'
export type { Thread, ThreadStatus, ThreadWithItems } from './protocol/threads.ts'
export type { InferenceOptions, UserContent } from './protocol/user-messages.ts'
export type { WidgetComponent, WidgetRoot } from './protocol/widgets.ts'
export type { Task, Workflow, WorkflowSummary } from './protocol/workflows.ts'
export { generateId } from './store/generate-id.ts'
export type { GenerateId, IdKind } from './store/generate-id.ts'
export { MemoryStore } from './store/memory-store.ts'
export type { OwnerOf, Scope } from './store/scope.ts'
export type {
  ItemQuery,
  OpenedTurn,
  PageQuery,
  Store,
  ThreadChanges,
  TurnOpening,
  TurnRefusal,
} from './store/store.ts'
export type { TurnStore } from './store/turn-store.ts'
