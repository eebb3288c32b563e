import { z } from 'zod'
import { annotationSchema } from './annotations.ts'
import { attachmentSchema } from './attachments.ts'
import { structuredInputSchema } from './structured-input.ts'
import { inferenceOptionsSchema, userContentSchema } from './user-messages.ts'
import { widgetRootSchema } from './widgets.ts'
import { taskSchema, workflowSchema } from './workflows.ts'

const itemFields = { id: z.string(), thread_id: z.string(), created_at: z.string() }

export const assistantContentSchema = z.object({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(annotationSchema).default([]),
})

export const userMessageSchema = z.object({
  ...itemFields,
  type: z.literal('user_message'),
  content: z.array(userContentSchema),
  attachments: z.array(attachmentSchema).default([]),
  quoted_text: z.string().optional(),
  inference_options: inferenceOptionsSchema,
})

export const assistantMessageSchema = z.object({
  ...itemFields,
  type: z.literal('assistant_message'),
  content: z.array(assistantContentSchema),
})

export const clientToolCallSchema = z.object({
  ...itemFields,
  type: z.literal('client_tool_call'),
  status: z.enum(['pending', 'completed']).default('pending'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  output: z.unknown().optional(),
})

export const widgetItemSchema = z.object({
  ...itemFields,
  type: z.literal('widget'),
  widget: widgetRootSchema,
  copy_text: z.string().optional(),
})

export const generatedImageSchema = z.object({ id: z.string(), url: z.string() })

export const generatedImageItemSchema = z.object({
  ...itemFields,
  type: z.literal('generated_image'),
  image: generatedImageSchema.optional(),
})

export const structuredInputItemSchema = z.object({
  ...itemFields,
  type: z.literal('structured_input'),
  status: z.enum(['pending', 'answered', 'skipped']).default('pending'),
  inputs: z.array(structuredInputSchema),
})

export const workflowItemSchema = z.object({
  ...itemFields,
  type: z.literal('workflow'),
  workflow: workflowSchema,
})

export const taskItemSchema = z.object({ ...itemFields, type: z.literal('task'), task: taskSchema })

export const endOfTurnSchema = z.object({ ...itemFields, type: z.literal('end_of_turn') })

/** For the model only: the application's own note. Stored, never sent to a client. */
export const hiddenContextSchema = z.object({
  ...itemFields,
  type: z.literal('hidden_context_item'),
  content: z.unknown(),
})

/** For the model only: a note of the server itself. Stored, never sent to a client. */
export const sdkHiddenContextSchema = z.object({
  ...itemFields,
  type: z.literal('sdk_hidden_context'),
  content: z.string(),
})

/** Everything that can stand in a thread. */
export const threadItemSchema = z.discriminatedUnion('type', [
  userMessageSchema,
  assistantMessageSchema,
  clientToolCallSchema,
  widgetItemSchema,
  generatedImageItemSchema,
  structuredInputItemSchema,
  workflowItemSchema,
  taskItemSchema,
  endOfTurnSchema,
  hiddenContextSchema,
  sdkHiddenContextSchema,
])

export type AssistantContent = z.infer<typeof assistantContentSchema>
export type UserMessageItem = z.infer<typeof userMessageSchema>
export type AssistantMessageItem = z.infer<typeof assistantMessageSchema>
export type ClientToolCallItem = z.infer<typeof clientToolCallSchema>
export type WidgetItem = z.infer<typeof widgetItemSchema>
export type GeneratedImage = z.infer<typeof generatedImageSchema>
export type GeneratedImageItem = z.infer<typeof generatedImageItemSchema>
export type StructuredInputItem = z.infer<typeof structuredInputItemSchema>
export type WorkflowItem = z.infer<typeof workflowItemSchema>
export type TaskItem = z.infer<typeof taskItemSchema>
export type EndOfTurnItem = z.infer<typeof endOfTurnSchema>
export type HiddenContextItem = z.infer<typeof hiddenContextSchema>
export type SdkHiddenContextItem = z.infer<typeof sdkHiddenContextSchema>
export type ThreadItem = z.infer<typeof threadItemSchema>
export type ThreadItemType = ThreadItem['type']

/** Whether an item is for the model only. The one place that decides it, for storage and for the wire. */
export function isHidden(item: Pick<ThreadItem, 'type'>): boolean {
  return item.type === 'hidden_context_item' || item.type === 'sdk_hidden_context'
}
