const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text made safe between tags and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

/** HTML that is known to be safe: written by a template here, or rendered from Markdown. */
export class Html {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

export type HtmlValue = Html | string | number | false | undefined | readonly Html[]

function fill(value: HtmlValue): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.source
  if (typeof value === 'object') return value.map((part) => part.source).join('')
  return escapeHtml(String(value))
}

/**
 * A template whose values are escaped unless they are `Html` already; `undefined` and `false` are
 * nothing. Attributes
 * must be quoted in the template, else a space in a value ends them.
 */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(strings.reduce((source, string, index) => source + fill(values[index - 1]) + string))
}
