import { z } from 'zod'
import { urlSourceSchema, sourceSchema } from './annotations.ts'

const taskFields = { status_indicator: z.enum(['none', 'loading', 'complete']).default('none') }

export const taskSchema = z.discriminatedUnion('type', [
  z.object({
    ...taskFields,
    type: z.literal('custom'),
    title: z.string().optional(),
    icon: z.string().optional(),
    content: z.string().optional(),
  }),
  z.object({
    ...taskFields,
    type: z.literal('web_search'),
    title: z.string().optional(),
    title_query: z.string().optional(),
    queries: z.array(z.string()).default([]),
    sources: z.array(urlSourceSchema).default([]),
  }),
  z.object({
    ...taskFields,
    type: z.literal('thought'),
    title: z.string().optional(),
    content: z.string(),
  }),
  z.object({
    ...taskFields,
    type: z.literal('file'),
    title: z.string().optional(),
    sources: z.array(sourceSchema).default([]),
  }),
  z.object({ ...taskFields, type: z.literal('image'), title: z.string().optional() }),
])

/** How a closed workflow is summed up: by words of its own, or by how many seconds it took. */
export const workflowSummarySchema = z.union([
  z.object({ title: z.string(), icon: z.string().optional() }),
  z.object({ duration: z.number() }),
])

export const workflowSchema = z.object({
  type: z.enum(['custom', 'reasoning']),
  tasks: z.array(taskSchema),
  summary: workflowSummarySchema.optional(),
  expanded: z.boolean().default(false),
})

export type Task = z.infer<typeof taskSchema>
export type WorkflowSummary = z.infer<typeof workflowSummarySchema>
export type Workflow = z.infer<typeof workflowSchema>
