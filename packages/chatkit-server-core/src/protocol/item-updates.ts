import { z } from 'zod'
import { annotationSchema } from './annotations.ts'
import { assistantContentSchema, generatedImageSchema } from './items.ts'
import { widgetComponentSchema, widgetRootSchema } from './widgets.ts'
import { taskSchema } from './workflows.ts'

const index = z.number().int().nonnegative()

/** What changes about an item that was added and is not done. */
export const itemUpdateSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('assistant_message.content_part.added'),
    content_index: index,
    content: assistantContentSchema,
  }),
  z.object({
    type: z.literal('assistant_message.content_part.text_delta'),
    content_index: index,
    delta: z.string(),
  }),
  z.object({
    type: z.literal('assistant_message.content_part.annotation_added'),
    content_index: index,
    annotation_index: index,
    annotation: annotationSchema,
  }),
  z.object({
    type: z.literal('assistant_message.content_part.done'),
    content_index: index,
    content: assistantContentSchema,
  }),
  z.object({
    type: z.literal('widget.streaming_text.value_delta'),
    component_id: z.string(),
    delta: z.string(),
    done: z.boolean(),
  }),
  z.object({
    type: z.literal('widget.component.updated'),
    component_id: z.string(),
    component: widgetComponentSchema,
  }),
  z.object({ type: z.literal('widget.root.updated'), widget: widgetRootSchema }),
  z.object({ type: z.literal('workflow.task.added'), task_index: index, task: taskSchema }),
  z.object({ type: z.literal('workflow.task.updated'), task_index: index, task: taskSchema }),
  z.object({
    type: z.literal('generated_image.updated'),
    image: generatedImageSchema,
    progress: z.number().optional(),
  }),
])

export type ItemUpdate = z.infer<typeof itemUpdateSchema>
