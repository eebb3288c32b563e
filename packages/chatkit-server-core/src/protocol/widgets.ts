import { z } from 'zod'

/** A part of a widget. Only what the server itself looks at is named; everything else passes through. */
export const widgetComponentSchema = z.looseObject({
  type: z.string(),
  key: z.string().optional(),
  id: z.string().optional(),
})

export const widgetRootSchema = z.looseObject({
  type: z.enum(['Card', 'ListView', 'Basic']),
  key: z.string().optional(),
  id: z.string().optional(),
})

export type WidgetComponent = z.infer<typeof widgetComponentSchema>
export type WidgetRoot = z.infer<typeof widgetRootSchema>
