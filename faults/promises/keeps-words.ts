import type { ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { reduced } from './answered.ts'
import type { Database } from './database.ts'

/** The words that a reader has seen are in the thread, whatever became of their answer. Gives which are not. */
export async function keepsWords(
  database: Database,
  threadId: string,
  seen: readonly ThreadStreamEvent[],
): Promise<string[]> {
  const stored = new Map((await database.items(threadId)).map(({ id, data }) => [id, data]))
  return reduced(seen).flatMap((item) => {
    if (item.type !== 'assistant_message') return []
    const kept = stored.get(item.id)
    const isKept =
      kept?.type === 'assistant_message' &&
      item.content.every(({ text }, index) => kept.content[index]?.text.startsWith(text) === true)
    return isKept ? [] : [`words of message ${item.id} that were seen are not in the thread`]
  })
}
