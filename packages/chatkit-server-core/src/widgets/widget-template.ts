import { Template } from '@huggingface/jinja'
import { z } from 'zod'
import type { RequestIssue } from '../errors.ts'
import { MAX_DEPTH, nestsDeeperThan } from '../protocol/check-json.ts'
import { pathText } from '../protocol/path-text.ts'
import { widgetRootSchema, type WidgetRoot } from '../protocol/widgets.ts'
import { findRawOutput } from './find-raw-output.ts'
import { schemaChecker } from './schema-issues.ts'
import { WidgetTemplateError, type WidgetTemplateErrorCode } from './widget-template-error.ts'

export interface WidgetTemplateOptions {
  /** The longest JSON that data may have, and that is rendered, in characters. Default 262,144. */
  maxChars?: number
}

const definitionSchema = z.looseObject({
  version: z.literal('1.0'),
  name: z.string(),
  template: z.string(),
  jsonSchema: z.looseObject({}).default({}),
})

/**
 * A widget of OpenAI's Widget Builder: a `.widget` file and the data that fills it. The file is code of the
 * application, never of a user; data may come from anywhere (a model, a database), because it is checked against the
 * file's `jsonSchema` and enters through `tojson` only: a template that prints a value otherwise is refused.
 *
 * A variable that the schema allows to be left out, and that is, renders as null, which the wire leaves out.
 */
export class WidgetTemplate<TData extends object = Record<string, unknown>> {
  readonly name: string
  readonly #template: Template
  readonly #check: (value: unknown) => RequestIssue[]
  readonly #maxChars: number

  /** Takes the text of the file, or what it parsed to. Throws a `WidgetTemplateError` where it cannot be used. */
  constructor(definition: string | object, { maxChars = 262_144 }: WidgetTemplateOptions = {}) {
    const { name, template, jsonSchema } = parseDefinition(definition)
    this.name = name
    this.#maxChars = maxChars
    this.#template = parseTemplate(template, name)
    this.#check = schemaChecker(jsonSchema)
  }

  /** The widget for this data. Throws a `WidgetTemplateError`, whose issues name each place that does not fit. */
  build(data: TData): WidgetRoot {
    const json = JSON.stringify(data)
    this.#limit(json, 'data_too_large')
    // As JSON, so that what is checked is what is rendered: a date is its text, and undefined is left out.
    const value: Record<string, unknown> = JSON.parse(json)
    const issues = this.#issuesOf(value)
    if (issues.length > 0) {
      throw this.#error('data_invalid', `The data does not fit: ${list(issues)}`, { issues })
    }
    const output = this.#render(value)
    this.#limit(output, 'output_too_large')
    return this.#parse(output)
  }

  #issuesOf(value: unknown): RequestIssue[] {
    try {
      return this.#check(value)
    } catch (cause) {
      throw this.#error('definition_invalid', 'Its jsonSchema cannot be used.', { cause })
    }
  }

  #render(data: Record<string, unknown>): string {
    try {
      return this.#template.render(data)
    } catch (cause) {
      throw this.#error('template_invalid', `It does not render: ${messageOf(cause)}.`, { cause })
    }
  }

  #parse(output: string): WidgetRoot {
    if (nestsDeeperThan(output, MAX_DEPTH)) {
      throw this.#error('output_invalid', `What it renders nests deeper than ${MAX_DEPTH} levels.`)
    }
    let value: unknown
    try {
      value = JSON.parse(output)
    } catch (cause) {
      // The parser's own message quotes the data: it stays out of this one.
      throw this.#error('output_invalid', 'What it renders is not JSON.', { cause })
    }
    const parsed = widgetRootSchema.safeParse(withoutNulls(value))
    if (parsed.success) return parsed.data
    const issues = toIssues(parsed.error)
    throw this.#error('output_invalid', `What it renders is no widget: ${list(issues)}`, { issues })
  }

  #limit(text: string, code: 'data_too_large' | 'output_too_large'): void {
    if (text.length <= this.#maxChars) return
    const what = code === 'data_too_large' ? 'The data' : 'What it renders'
    throw this.#error(code, `${what} has ${text.length} characters; maxChars allows ${this.#maxChars}.`)
  }

  #error(
    code: WidgetTemplateErrorCode,
    message: string,
    options?: ErrorOptions & { issues?: RequestIssue[] },
  ): WidgetTemplateError {
    return new WidgetTemplateError(code, `Widget template "${this.name}": ${message}`, options)
  }
}

function parseDefinition(definition: string | object): z.infer<typeof definitionSchema> {
  let value: unknown = definition
  if (typeof definition === 'string') {
    try {
      value = JSON.parse(definition)
    } catch (cause) {
      throw new WidgetTemplateError('definition_invalid', 'The widget template is not JSON.', { cause })
    }
  }
  const parsed = definitionSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = toIssues(parsed.error)
  throw new WidgetTemplateError('definition_invalid', `This is no widget template: ${list(issues)}`, {
    issues,
  })
}

function parseTemplate(text: string, name: string): Template {
  let template: Template
  try {
    template = new Template(text)
  } catch (cause) {
    const message = `Widget template "${name}": its Jinja text cannot be read: ${messageOf(cause)}.`
    throw new WidgetTemplateError('template_invalid', message, { cause })
  }
  const raw = findRawOutput(template.parsed.body)
  if (raw === undefined) return template
  throw new WidgetTemplateError(
    'template_invalid',
    `Widget template "${name}" prints ${raw} as it is. Write {{ (value) | tojson }}, so that data stays data.`,
  )
}

const toIssues = (error: z.ZodError): RequestIssue[] =>
  error.issues.map(({ path, message }) => ({ path: pathText(path), message }))

const list = (issues: RequestIssue[]): string =>
  issues.map(({ path, message }) => `${path === '' ? 'the whole' : `"${path}"`}: ${message}`).join('; ')

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** As on the wire, where a field of null is left out; in a list it stays. */
const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, field]) => field !== null)
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutNulls(field)]))
}
