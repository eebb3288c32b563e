import type { AssistantMessage, ThreadItem } from '../thread-items.ts'

/** A question and what answers it. */
export interface ThreadTurn {
  questionId: string
  answers: readonly AssistantMessage[]
}

/** The turns of a thread, oldest first. */
export function turnsOf(items: readonly ThreadItem[]): ThreadTurn[] {
  const turns: { questionId: string; answers: AssistantMessage[] }[] = []
  for (const item of items) {
    if (item.type === 'user_message') turns.push({ questionId: item.id, answers: [] })
    else if (item.type === 'assistant_message') turns.at(-1)?.answers.push(item)
  }
  return turns
}
