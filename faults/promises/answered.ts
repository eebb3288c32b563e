import { isDeepStrictEqual } from 'node:util'
import { isHidden, type ThreadItem, type ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { applyThreadEvent, emptyThreadState } from '@robolearn/chatkit-server-core/client'
import type { Database, StoredItem, StoredRun } from './database.ts'

/**
 * The thread at rest is whole: every run has ended, its items are those that its events tell of, and every message
 * has an answer, the note of a stop, or an error that the reader was told of. Gives what is not so.
 */
export async function threadIsWhole(database: Database, threadId: string): Promise<string[]> {
  const [runs, items] = await Promise.all([database.runsOf(threadId), database.items(threadId)])
  const broken: string[] = []
  for (const item of items) {
    if (item.type !== 'user_message' || runs.some(({ id }) => id === item.runId)) continue
    broken.push(`message ${item.id} of thread ${threadId} has no run`)
  }
  for (const run of runs) {
    const events = (await database.log(run.id)).map(({ event }) => event)
    const own = items.filter(({ runId }) => runId === run.id)
    broken.push(...isEnded(run, events, own), ...isReduced(run, events, own))
  }
  return broken
}

function isEnded(
  { id, status }: StoredRun,
  events: readonly ThreadStreamEvent[],
  items: readonly StoredItem[],
) {
  const last = events.at(-1)
  switch (status) {
    case 'completed':
      return items.some((item) => item.type !== 'user_message')
        ? []
        : [`run ${id} is completed without an answer`]
    case 'stopped':
      return items.some((item) => item.type === 'sdk_hidden_context')
        ? []
        : [`run ${id} was stopped and there is no note of it`]
    case 'failed':
    case 'interrupted':
      return last?.type === 'error' && last.allow_retry
        ? []
        : [
            `run ${id} is ${status} and its last event is ${last?.type}, not an error that allows to try again`,
          ]
    default:
      return [`run ${id} is ${status}`]
  }
}

function isReduced({ id }: StoredRun, events: readonly ThreadStreamEvent[], items: readonly StoredItem[]) {
  const stored = items.map(({ data }) => data).filter((item) => !isHidden(item))
  return isDeepStrictEqual(stored, reduced(events))
    ? []
    : [`run ${id} tells of ${describe(reduced(events))}, and stored are ${describe(stored)}`]
}

/** What a client shows at the end of these events; what was begun and is no message with words is not kept. */
export function reduced(events: readonly ThreadStreamEvent[]): ThreadItem[] {
  const { items, pending } = events.reduce(applyThreadEvent, emptyThreadState)
  return items.filter(
    (item) =>
      !pending.includes(item.id) ||
      (item.type === 'assistant_message' && item.content.some(({ text }) => text.trim() !== '')),
  )
}

const describe = (items: readonly ThreadItem[]): string =>
  JSON.stringify(items.map(({ type, id, ...rest }) => `${type} ${id} of ${JSON.stringify(rest).length}`))
