import type { AgentInputItem, ModelRequest } from '@openai/agents'

export interface FoundPassage {
  number: number
  text: string
}

/** A tool that was called for the newest question, with what it gave. */
export interface ToolOutput {
  tool: string
  output: string
}

/** What the stand-in understands of a request. */
export interface Conversation {
  /** The newest one. */
  question: string
  /** The one before it. */
  earlier: string | undefined
  /** The title of the page that is open, and what is marked on it, as far as the request tells. */
  about: string[]
  /** `/lessons/05-slam` */
  path: string | undefined
  /** Files that came with the question, a line each. */
  files: string[]
  /** What was done for the question so far. */
  outputs: ToolOutput[]
  /** What the learner answered to a form, behind the question; empty where it was skipped. */
  answers: string[] | undefined
}

type UserItem = Extract<AgentInputItem, { role: 'user' }>

const isUser = (item: AgentInputItem): item is UserItem => 'role' in item && item.role === 'user'

// Pages, files and forms come in blocks of the same role; see `dataBlock` of agent-openai.
const isBlock = (item: UserItem): boolean => /^Between the untrusted_data tags\b/.test(textOf(item))

export function readConversation({ input }: Pick<ModelRequest, 'input'>): Conversation {
  const items = typeof input === 'string' ? [{ role: 'user' as const, content: input }] : input
  const questions = items.flatMap((item, at) => (isUser(item) && !isBlock(item) ? [{ item, at }] : []))
  const current = questions.at(-1)
  const at = current?.at ?? items.length
  const before = items[at - 1]
  const block = before && isUser(before) && isBlock(before) ? before : undefined
  const page = block ? textOf(block) : ''
  const behind = items.slice(at + 1)
  const earlier = questions.at(-2)
  return {
    question: current ? textOf(current.item) : '',
    earlier: earlier ? textOf(earlier.item) : undefined,
    about: ['selection', 'quoted_text', 'page_title'].flatMap((name) => sectionsOf(page, name)),
    path: sectionsOf(page, 'page_path')[0],
    files: block ? filesIn(block) : [],
    outputs: behind.flatMap((item) =>
      item.type === 'function_call_result' ? [{ tool: item.name, output: outputText(item.output) }] : [],
    ),
    answers: behind.flatMap((item) => (isUser(item) ? answersIn(textOf(item)) : [])).at(-1),
  }
}

export function readPassages(text: string): FoundPassage[] {
  const passages = text.matchAll(/<passage number="(\d+)"[^>]*>\n([\s\S]*?)\n<\/passage>/g)
  return [...passages].map(([, number, words = '']) => ({ number: Number(number), text: words }))
}

function textOf({ content }: UserItem): string {
  if (typeof content === 'string') return content
  return content.map((part) => (part.type === 'input_text' ? part.text : '')).join(' ')
}

const sectionsOf = (block: string, name: string): string[] =>
  [...block.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text)

/** Name and type as the section says, and how much of it came. */
function filesIn(block: UserItem): string[] {
  const parts = typeof block.content === 'string' ? [] : block.content
  const sizes = parts.flatMap((part) => {
    if (part.type === 'input_image' && typeof part.image === 'string') return [sizeOf(part.image)]
    if (part.type === 'input_file' && typeof part.file === 'string') return [sizeOf(part.file)]
    return []
  })
  return sectionsOf(textOf(block), 'attachment').map((section) => {
    const [title = '', ...text] = section.split('\n')
    const size = text.length > 0 ? `${text.join('\n').length} characters` : sizes.shift()
    return size === undefined ? title : `${title}, ${size}`
  })
}

function sizeOf(dataUrl: string): string {
  const base64 = dataUrl.slice(dataUrl.indexOf(',') + 1)
  const bytes = Buffer.byteLength(base64, 'base64')
  return bytes < 1024 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} KB`
}

/** The answers of one form, which the block gives as JSON strings behind each question. */
function answersIn(text: string): string[][] {
  const [form] = sectionsOf(text, 'questions')
  if (form === undefined || form.startsWith('Questions to the user (pending)')) return []
  const lines = form.split('\n').filter((line) => line.startsWith('- '))
  return [
    lines.flatMap((line) =>
      [...line.matchAll(/ ("(?:[^"\\]|\\.)*")/g)].map(([, json = '""']) => String(JSON.parse(json))),
    ),
  ]
}

function outputText(output: Extract<AgentInputItem, { type: 'function_call_result' }>['output']): string {
  if (typeof output === 'string') return output
  const parts = Array.isArray(output) ? output : [output]
  return parts.map((part) => ('text' in part ? part.text : '')).join('\n')
}
