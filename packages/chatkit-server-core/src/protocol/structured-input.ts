import { z } from 'zod'

export const inputAnswerSchema = z.object({
  values: z.array(z.string()).default([]),
  skipped: z.boolean().default(false),
})

/** A question that the assistant asks with a form instead of a sentence. */
export const structuredInputSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('multiple_choice'),
    id: z.string(),
    question: z.string(),
    options: z.array(z.object({ value: z.string() })),
    multiple: z.boolean().default(false),
    answer: inputAnswerSchema.optional(),
  }),
  z.object({
    type: z.literal('freeform'),
    id: z.string(),
    question: z.string(),
    description: z.string().optional(),
    answer: inputAnswerSchema.optional(),
  }),
])

export type InputAnswer = z.infer<typeof inputAnswerSchema>
export type StructuredInput = z.infer<typeof structuredInputSchema>
