import { z } from 'zod'

export const userContentSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('input_text'), text: z.string() }),
  z.object({
    type: z.literal('input_tag'),
    id: z.string(),
    text: z.string(),
    data: z.record(z.string(), z.unknown()),
    group: z.string().optional(),
    interactive: z.boolean().default(false),
  }),
])

export const inferenceOptionsSchema = z.object({
  tool_choice: z.object({ id: z.string() }).optional(),
  model: z.string().optional(),
})

export type UserContent = z.infer<typeof userContentSchema>
export type InferenceOptions = z.infer<typeof inferenceOptionsSchema>
