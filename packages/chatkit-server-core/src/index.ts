export type { AttachmentInput, AttachmentStore } from './attachments/attachment-store.ts'
export { ChatKitError, ERRORS, StreamError } from './errors.ts'
export type { ChatKitErrorOptions, ErrorCode, RequestIssue } from './errors.ts'
export type { CorsOptions } from './http/cors.ts'
export { createChatKitHandler } from './http/create-handler.ts'
export type { ChatKitHandler, ChatKitHandlerOptions, Platform } from './http/create-handler.ts'
export { MESSAGES, sayIn } from './messages/messages.ts'
export type { MessageCatalogues, MessageKey, SayOptions, ServerWords } from './messages/messages.ts'
export type { InferenceAllowList, OptionalHook, Reply } from './routes/route.ts'
export type { RunLimits } from './runs/run-limits.ts'
export type { RunEnd, ServerCounters } from './runs/run-manager.ts'
export type { BusyPolicy } from './runs/turn-opener.ts'
export { interruptedEnding } from './runs/interrupted-ending.ts'
export { readEvents } from './runs/run-reader.ts'
export type { RunReader } from './runs/run-reader.ts'
export { ChatKitServer } from './server.ts'
export type { ChatKitServerOptions, DisconnectPolicy, ProcessOptions } from './server.ts'
export type { ErrorIds, OperatorHooks, RateLimitRequest, RequestEnd } from './server-hooks.ts'
export { textStream } from './text-stream.ts'
export type { OutputTurn, TransformOutput } from './transform-output.ts'
export type {
  Action,
  ActionParser,
  ActionTurn,
  FeedbackInput,
  RunUsage,
  StreamOptionsInput,
  SyncActionInput,
  TranscribeInput,
  Turn,
  TurnBase,
} from './turn.ts'
export type { Annotation, EntitySource, FileSource, Source, UrlSource } from './protocol/annotations.ts'
export type { Attachment } from './protocol/attachments.ts'
export { threadStreamEventSchema } from './protocol/events.ts'
export type { EventOf, ThreadStreamEvent, ThreadStreamEventType } from './protocol/events.ts'
export type { ItemUpdate } from './protocol/item-updates.ts'
export { isHidden, threadItemSchema } from './protocol/items.ts'
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
export { jsonSchemas } from './protocol/json-schema.ts'
export type { JsonSchema, JsonSchemas } from './protocol/json-schema.ts'
export type { Order, Page } from './protocol/pages.ts'
export type { InputAnswer, StructuredInput } from './protocol/structured-input.ts'
export type { Thread, ThreadStatus, ThreadWithItems } from './protocol/threads.ts'
export type { InferenceOptions, UserContent } from './protocol/user-messages.ts'
export type { WidgetComponent, WidgetRoot } from './protocol/widgets.ts'
export type { Task, Workflow, WorkflowSummary } from './protocol/workflows.ts'
export { requestSchemas } from './protocol/requests.ts'
export type { ChatKitRequest, ChatKitRequestBody, RequestOf, RequestType } from './protocol/requests.ts'
export { generateId } from './store/generate-id.ts'
export type { GenerateId, IdKind } from './store/generate-id.ts'
export { MemoryStore } from './store/memory-store.ts'
export { RunEndedError } from './store/run-ended-error.ts'
export type { OwnerOf, RunRef, Scope } from './store/scope.ts'
export type {
  Appended,
  LogEntry,
  OpenedTurn,
  RunEnding,
  RunEvents,
  RunStatus,
  Store,
  StoreCounters,
  TurnOpening,
  TurnRefusal,
  TurnStep,
} from './store/store.ts'
export type { Feedback, ItemQuery, PageQuery, ThreadChanges, ThreadStore } from './store/thread-store.ts'
export type { TurnStore } from './store/turn-store.ts'
export { withMemoryRuns } from './store/with-memory-runs.ts'
export type { MemoryRunsOptions } from './store/with-memory-runs.ts'
export { diffWidget } from './widgets/diff-widget.ts'
export { streamWidget } from './widgets/stream-widget.ts'
export type { StreamWidgetOptions } from './widgets/stream-widget.ts'
