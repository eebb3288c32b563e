import type { RequestIssue } from '../errors.ts'

/**
 * What is wrong with a template. `definition_invalid`: the file is none. `template_invalid`: its Jinja text cannot be
 * used. `data_invalid`: the data does not fit `jsonSchema`. `data_too_large`, `output_too_large`: over the limit.
 * `output_invalid`: what it renders is no widget.
 */
export type WidgetTemplateErrorCode =
  | 'definition_invalid'
  | 'template_invalid'
  | 'data_invalid'
  | 'data_too_large'
  | 'output_too_large'
  | 'output_invalid'

const MARK = Symbol.for('@robolearn/chatkit-server-core/WidgetTemplateError')

/** A widget that cannot be built. Its message is for developers, or for a model that chose the data; not for users. */
export class WidgetTemplateError extends Error {
  override readonly name = 'WidgetTemplateError'
  readonly code: WidgetTemplateErrorCode
  /** Each place that does not fit, `items[0].title`, and how. */
  readonly issues: readonly RequestIssue[]

  constructor(
    code: WidgetTemplateErrorCode,
    message: string,
    options: ErrorOptions & { issues?: readonly RequestIssue[] } = {},
  ) {
    super(message, options)
    this.code = code
    this.issues = options.issues ?? []
    Object.defineProperty(this, MARK, { value: true })
  }

  /** Unlike `instanceof`, right even when two copies of this package are installed. */
  static isInstance(value: unknown): value is WidgetTemplateError {
    return typeof value === 'object' && value !== null && MARK in value
  }
}
