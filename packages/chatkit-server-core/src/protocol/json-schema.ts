import { z } from 'zod'
import { annotationSchema, sourceSchema, urlSourceSchema } from './annotations.ts'
import { attachmentSchema } from './attachments.ts'
import { threadStreamEventSchema, threadWithItemsSchema } from './events.ts'
import { itemUpdateSchema } from './item-updates.ts'
import { assistantContentSchema, generatedImageSchema, threadItemSchema } from './items.ts'
import { requestSchemas, userMessageInputSchema, type RequestType } from './requests.ts'
import { inputAnswerSchema, structuredInputSchema } from './structured-input.ts'
import { threadSchema, threadStatusSchema } from './threads.ts'
import { inferenceOptionsSchema, userContentSchema } from './user-messages.ts'
import { widgetComponentSchema, widgetRootSchema } from './widgets.ts'
import { taskSchema, workflowSchema, workflowSummarySchema } from './workflows.ts'

/** A JSON Schema of draft 2020-12, complete in itself: what it refers to stands in its `$defs`. */
export type JsonSchema = z.core.JSONSchema.JSONSchema

export interface JsonSchemas {
  /** Each request as a client may send it, by its `type`. Unknown fields are accepted and ignored. */
  requests: Record<RequestType, JsonSchema>
  /** Everything that a stream can carry. */
  ThreadStreamEvent: JsonSchema
  /** Everything that can stand in a thread, the hidden items too. */
  ThreadItem: JsonSchema
  Thread: JsonSchema
}

/** What is named in `$defs` instead of being repeated. */
const NAMED = {
  Annotation: annotationSchema,
  AssistantContent: assistantContentSchema,
  Attachment: attachmentSchema,
  GeneratedImage: generatedImageSchema,
  InferenceOptions: inferenceOptionsSchema,
  InputAnswer: inputAnswerSchema,
  ItemUpdate: itemUpdateSchema,
  Source: sourceSchema,
  StructuredInput: structuredInputSchema,
  Task: taskSchema,
  ThreadItem: threadItemSchema,
  ThreadStatus: threadStatusSchema,
  ThreadWithItems: threadWithItemsSchema,
  UrlSource: urlSourceSchema,
  UserContent: userContentSchema,
  UserMessageInput: userMessageInputSchema,
  WidgetComponent: widgetComponentSchema,
  WidgetRoot: widgetRootSchema,
  Workflow: workflowSchema,
  WorkflowSummary: workflowSummarySchema,
}

/**
 * The protocol as JSON Schemas, made from the schemas that the server itself reads with. Requests are described as
 * they are sent (defaults may be left out), everything else as it is received (defaults are there). Made anew by
 * each call, in about 10 ms.
 */
export function jsonSchemas(): JsonSchemas {
  const names = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(NAMED)) names.add(schema, { id })
  const convert = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema =>
    z.toJSONSchema(schema, { io, metadata: names })
  const requests = Object.entries(requestSchemas).map(([type, schema]) => [type, convert(schema, 'input')])
  return {
    requests: Object.fromEntries(requests) as Record<RequestType, JsonSchema>,
    ThreadStreamEvent: convert(threadStreamEventSchema, 'output'),
    ThreadItem: convert(threadItemSchema, 'output'),
    Thread: convert(threadSchema, 'output'),
  }
}
