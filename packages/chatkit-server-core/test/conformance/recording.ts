import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'

const json = z.record(z.string(), z.unknown())

const widgetSchema = z.strictObject({
  states: z.array(json).min(1),
  single: z.boolean().optional(),
  copy_text: z.string().optional(),
})

/** One thing that a hook does. */
const operationSchema = z.union([
  z.strictObject({ emit: json }),
  z.strictObject({ set_title: z.string().nullable() }),
  z.strictObject({ set_metadata: json }),
  z.strictObject({ merge_metadata: json }),
  z.strictObject({ set_status: json }),
  z.strictObject({ set_allowed_image_domains: z.array(z.string()).nullable() }),
  z.strictObject({ fail: z.string() }),
  z.strictObject({
    fail_custom: z.strictObject({ message: z.string(), allow_retry: z.boolean().optional() }),
  }),
  z.strictObject({ fail_stream: z.unknown() }),
  z.strictObject({ widget: widgetSchema }),
  z.strictObject({ hang: z.literal(true) }),
])

const scriptSchema = z.strictObject({
  respond: z.array(z.array(operationSchema)).default([]),
  action: z.array(z.array(operationSchema)).default([]),
  sync_action: z.array(json.nullable()).default([]),
  transcribe: z.array(z.string()).default([]),
  allow_cancel: z.boolean().optional(),
})

const seedStepSchema = z.strictObject({
  seed: z.strictObject({
    threads: z.array(json).default([]),
    items: z.array(json).default([]),
    attachments: z.array(json).default([]),
  }),
})

const requestStepSchema = z
  .strictObject({
    request: json,
    cancel_after_events: z.number().int().positive().optional(),
    events: z.array(json).optional(),
    json: z.unknown().optional(),
    calls: z.array(z.looseObject({ hook: z.string() })),
    stored: z.strictObject({ thread: json.nullable(), items: z.array(json) }).nullable(),
  })
  .refine((step) => Object.hasOwn(step, 'events') !== Object.hasOwn(step, 'json'), {
    message: 'must have either events or json',
  })

const recordingSchema = z.object({
  name: z.string().min(1),
  about: z.string(),
  script: scriptSchema,
  steps: z.array(z.union([seedStepSchema, requestStepSchema])).min(1),
})

export type Operation = z.infer<typeof operationSchema>
export type Script = z.infer<typeof scriptSchema>
export type Seed = z.infer<typeof seedStepSchema>['seed']
export type RequestStep = z.infer<typeof requestStepSchema>
export type Recording = z.infer<typeof recordingSchema>

/** Reads a recording. Throws an `Error` that says what about it is none. */
export function parseRecording(text: string): Recording {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new Error(`it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`, { cause })
  }
  const parsed = recordingSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Error(`it is not a recording (${issue?.path.join('.') || 'the file'}: ${issue?.message})`)
}

export interface RecordingFile {
  /** The file's name without `.json`. */
  name: string
  text: string
}

/** Every `*.json` of a folder, by name. Throws where there is no such folder, or nothing in it. */
export function readRecordings(folder: string): RecordingFile[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (cause) {
    throw new Error(`The folder of recordings ${folder} cannot be read: does it exist?`, { cause })
  }
  const files = names.filter((name) => name.endsWith('.json')).toSorted()
  if (files.length === 0) throw new Error(`The folder ${folder} has no recordings (*.json).`)
  return files.map((file) => ({
    name: basename(file, '.json'),
    text: readFileSync(join(folder, file), 'utf8'),
  }))
}
