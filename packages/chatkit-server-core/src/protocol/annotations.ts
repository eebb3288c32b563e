import { z } from 'zod'

const sourceFields = {
  title: z.string(),
  description: z.string().optional(),
  timestamp: z.string().optional(),
  group: z.string().optional(),
}

export const urlSourceSchema = z.object({
  ...sourceFields,
  type: z.literal('url'),
  url: z.string(),
  attribution: z.string().optional(),
})

export const fileSourceSchema = z.object({
  ...sourceFields,
  type: z.literal('file'),
  filename: z.string(),
})

export const entitySourceSchema = z.object({
  ...sourceFields,
  type: z.literal('entity'),
  id: z.string(),
  icon: z.string().optional(),
  label: z.string().optional(),
  inline_label: z.string().optional(),
  interactive: z.boolean().default(false),
  data: z.record(z.string(), z.unknown()).default({}),
})

export const sourceSchema = z.discriminatedUnion('type', [
  urlSourceSchema,
  fileSourceSchema,
  entitySourceSchema,
])

/** A citation. `index` is the place in the text at which it is shown, in UTF-16 code units. */
export const annotationSchema = z.object({
  type: z.literal('annotation'),
  source: sourceSchema,
  index: z.number().int().nonnegative().optional(),
})

export type UrlSource = z.infer<typeof urlSourceSchema>
export type FileSource = z.infer<typeof fileSourceSchema>
export type EntitySource = z.infer<typeof entitySourceSchema>
export type Source = z.infer<typeof sourceSchema>
export type Annotation = z.infer<typeof annotationSchema>
