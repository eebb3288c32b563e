import type { AgentInputItem } from '@openai/agents'
import type { InputAnswer, StructuredInputItem } from '@robolearn/chatkit-server-core'
import { cutText, onOneLine } from '../cut-text.ts'
import { dataBlock } from '../data-block.ts'

const MAX_LENGTH = 10_000

/** The questions of a form, each with what the user answered. */
export function convertStructuredInput(item: StructuredInputItem): AgentInputItem[] {
  const lines = item.inputs.map(({ question, answer }) => `- ${onOneLine(question)} ${answerText(answer)}`)
  const text = `Questions to the user (${item.status}):\n${lines.join('\n')}`
  return [dataBlock([{ name: 'questions', text: cutText(text, MAX_LENGTH) }])]
}

function answerText(answer: InputAnswer | undefined): string {
  if (!answer) return '(not answered)'
  return answer.skipped ? '(skipped)' : answer.values.map((value) => JSON.stringify(value)).join(', ')
}
