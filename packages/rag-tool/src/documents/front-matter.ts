import { parseDocument } from 'yaml'

export interface FrontMatter {
  title?: string
  language?: string
  /** Every other field. */
  metadata: Record<string, unknown>
}

const FENCED = /^---[ \t]*\r?\n(?:([\s\S]*?)\r?\n)?---[ \t]*(?:\r?\n|$)/

/** Reads the YAML between `---` lines at the head of a text. Throws an error with the line when it is none. */
export function readFrontMatter(text: string): FrontMatter {
  const yaml = FENCED.exec(text)?.[1]
  if (yaml === undefined) return { metadata: {} }
  const document = parseDocument(yaml, { prettyErrors: true })
  const [problem] = document.errors
  if (problem) {
    // The first line of the text is the fence.
    const line = (problem.linePos?.[0].line ?? 0) + 1
    throw new Error(`front matter, line ${line}: ${firstLine(problem.message)}`, { cause: problem })
  }
  const value: unknown = document.toJS()
  if (value === null) return { metadata: {} }
  if (typeof value !== 'object' || Array.isArray(value))
    throw new Error('front matter, line 2: not a list of fields (`title: …`)')
  const fields: Record<string, unknown> = { ...value }
  const title = textField('title', fields.title)
  const language = textField('language', fields.language)
  delete fields.title
  delete fields.language
  return {
    ...(title !== undefined && { title }),
    ...(language !== undefined && { language }),
    metadata: fields,
  }
}

function textField(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw new Error(`front matter: \`${name}\` is not a text`)
}

// The parser's own message ends with a position in the YAML alone and an excerpt.
function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')
}
