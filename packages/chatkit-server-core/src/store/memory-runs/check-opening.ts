import { undefinedIfNotFound } from '../../errors.ts'
import type { Attachment } from '../../protocol/attachments.ts'
import type { Thread } from '../../protocol/threads.ts'
import type { Scope } from '../scope.ts'
import type { TurnOpening, TurnRefusal } from '../store.ts'
import type { ThreadStore } from '../thread-store.ts'
import { prepareStep, type PreparedStep } from './prepare-step.ts'

export interface CheckedOpening {
  thread: Thread
  step: PreparedStep
  /** As they are; the turn binds them to the thread. */
  attachments: Attachment[]
}

/** Looks at everything that a turn needs, before anything is written: gives it, or why the turn is refused. */
export async function checkOpening<TContext>(
  threads: Pick<ThreadStore<TContext>, 'loadThread' | 'loadItem' | 'listItems' | 'loadAttachment'>,
  opening: TurnOpening,
  scope: Scope<TContext>,
): Promise<CheckedOpening | TurnRefusal> {
  const { newThread, thread: threadId = '', step: wanted } = opening
  const thread = newThread ?? (await threads.loadThread(threadId, scope).catch(undefinedIfNotFound))
  if (!thread) return 'thread_not_found'
  if (thread.status.type === 'locked') return 'thread_locked'
  if (thread.status.type === 'closed') return 'thread_closed'
  const attachments: Attachment[] = []
  for (const id of opening.attachmentIds) {
    const found = await threads.loadAttachment(id, scope).catch(undefinedIfNotFound)
    if (!found || (found.thread_id ?? thread.id) !== thread.id) return 'attachment_not_found'
    attachments.push(found)
  }
  const step = newThread ? NOTHING : await prepareStep(threads, thread.id, wanted, scope)
  return typeof step === 'string' ? step : { thread, step, attachments }
}

const NOTHING: PreparedStep = { save: [], setAside: new Set() }
