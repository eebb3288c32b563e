import type { AgentInputItem, ModelRequest } from '@openai/agents'

export interface FoundPassage {
  number: number
  text: string
}

/** What the stand-in understands of a request: the newest question, and what a search for it has found. */
export interface Conversation {
  question: string
  /** The title of the page that is open, and what is marked on it, as far as the request tells. */
  about: string[]
  /** Undefined as long as nothing was searched for this question. */
  passages: FoundPassage[] | undefined
}

export function readConversation(request: Pick<ModelRequest, 'input'>): Conversation {
  const { input } = request
  if (typeof input === 'string') return { question: input, about: [], passages: undefined }
  const at = input.findLastIndex((item) => 'role' in item && item.role === 'user')
  const current = input[at]
  const before = input[at - 1]
  const outputs = input.slice(at + 1).filter((item) => item.type === 'function_call_result')
  return {
    question: current ? textOf(current) : '',
    about: before ? readPage(textOf(before)) : [],
    passages:
      outputs.length > 0 ? outputs.flatMap((item) => readPassages(outputText(item.output))) : undefined,
  }
}

function textOf(item: AgentInputItem): string {
  if (!('role' in item) || item.role !== 'user') return ''
  if (typeof item.content === 'string') return item.content
  return item.content.map((part) => (part.type === 'input_text' ? part.text : '')).join(' ')
}

function readPage(block: string): string[] {
  return ['selection', 'quoted_text', 'page_title'].flatMap((name) => {
    const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(block)?.[1]
    return text ? [text] : []
  })
}

function outputText(output: Extract<AgentInputItem, { type: 'function_call_result' }>['output']): string {
  if (typeof output === 'string') return output
  const parts = Array.isArray(output) ? output : [output]
  return parts.map((part) => ('text' in part ? part.text : '')).join('\n')
}

function readPassages(text: string): FoundPassage[] {
  const passages = text.matchAll(/<passage number="(\d+)"[^>]*>\n([\s\S]*?)\n<\/passage>/g)
  return [...passages].map(([, number, words = '']) => ({ number: Number(number), text: words }))
}
