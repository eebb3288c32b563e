import { ChatKitError } from '../errors.ts'
import type { RunReader } from '../runs/run-reader.ts'
import type { Route, RouteContext } from './route.ts'

export const resume: Route<'threads.resume'> = async ({ params }, context) => {
  const { store, runStore, scope, runs } = context
  const { thread_id: threadId, after } = params
  await store.loadThread(threadId)
  if (after != null) return { kind: 'stream', reader: await resumeAt(after, context, threadId) }
  const run = await runStore.activeRun(threadId, scope)
  if (!run) throw gone()
  return { kind: 'stream', reader: runs.reader(run.id, 0, scope) }
}

/** Follows a run from a cursor (`run_id:seq`), of a thread or of any of the owner's. */
export async function resumeAt<TContext>(
  cursor: string,
  { runStore, scope, runs }: Pick<RouteContext<TContext>, 'runStore' | 'scope' | 'runs'>,
  threadId?: string,
): Promise<RunReader> {
  const [, runId = '', seq = ''] = /^([\w-]{1,64}):(\d{1,15})$/.exec(cursor) ?? []
  if (runId === '') {
    const issues = [{ path: 'after', message: 'must be the id of an event, as in run_…:12' }]
    throw new ChatKitError(
      'request_invalid',
      { key: 'resume_invalid' },
      {
        issues,
      },
    )
  }
  const found = await runStore.readEvents(runId, Number(seq), scope)
  if (!found || (threadId !== undefined && found.run.threadId !== threadId)) throw gone()
  return runs.reader(runId, Number(seq), scope)
}

const gone = (): ChatKitError => new ChatKitError('run_gone', { key: 'run_gone' })
