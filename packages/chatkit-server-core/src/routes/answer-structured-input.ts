import type { StructuredInputItem } from '../protocol/items.ts'
import type { RequestOf } from '../protocol/requests.ts'
import type { InputAnswer, StructuredInput } from '../protocol/structured-input.ts'

type Given = RequestOf<'threads.add_structured_input'>['params']['input']

/**
 * The form with the answers in it. A question without an answer counts as skipped, answers to questions that were
 * not asked are dropped, and a single choice keeps one value.
 */
export function answerStructuredInput(
  item: StructuredInputItem,
  { status, answers }: Given,
): StructuredInputItem {
  const answerTo = (input: StructuredInput): InputAnswer => {
    const given = status === 'answered' && Object.hasOwn(answers, input.id) ? answers[input.id] : undefined
    if (!given || given.skipped || given.values.length === 0) return { values: [], skipped: true }
    const one = input.type === 'multiple_choice' && !input.multiple
    return { values: one ? given.values.slice(0, 1) : given.values, skipped: false }
  }
  return { ...item, status, inputs: item.inputs.map((input) => ({ ...input, answer: answerTo(input) })) }
}
