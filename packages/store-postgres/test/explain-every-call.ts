import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Scope } from '@robolearn/chatkit-server-core'
import { storeContract } from '@robolearn/chatkit-server-core/testing'
import { PostgresStore } from '@robolearn/store-postgres'
import { closeRun, endedLike } from '../src/queries/close-run.ts'
import { abandonedRuns, forgetProcesses, releaseOtherLeases } from '../src/queries/leases.ts'
import { lockThread } from '../src/queries/open-turn.ts'
import { openedTurn } from '../src/queries/runs.ts'
import { tablesOf } from '../src/schema.ts'
import { begin, createThread, file, message, newThread, turn } from './conversation.ts'
import { query } from './fresh-database.ts'

/** Calls every method of a store, in every way that its contract knows. Gives the methods that it has forgotten. */
export async function callEverything(url: string): Promise<string[]> {
  const store = new PostgresStore({ connectionString: url })
  const other = new PostgresStore({ connectionString: url })
  const called = new Set<string>()
  const noting = new Proxy(store, {
    get: (target, name) => {
      called.add(String(name))
      return Reflect.get(target, name, target) as unknown
    },
  })
  await noting.migrate()
  for (const { run } of storeContract) await run(noting)

  for (const tenant of [undefined, 'school-1']) {
    const scope: Scope = { owner: 'ada', ...(tenant && { tenant }), context: {} }
    for (const isOld of [true, false]) {
      const thread = newThread()
      await createThread(noting, thread, [message(thread.id, 'hello')], scope)
      await noting.saveAttachment(file({ thread_id: thread.id }), scope)
      await noting.saveState(thread.id, 1, 60_000, scope)
      if (isOld) await query(url, `update chatkit.threads set updated_at = '2026-01-01'`)
    }
    for await (const _ of noting.exportOwner('ada', tenant));
    const deleteBytes = async (): Promise<void> => {}
    await noting.deleteThreadsBefore(new Date('2026-01-02'), { deleteBytes })
    // Ended by a process that does not execute it, as the one that does has lost its lease.
    const run = await begin(other, scope, { newThread: newThread() })
    await query(url, 'delete from chatkit.processes')
    await noting.endAbandoned(run)
    noting.heldUntilMs()
    await noting.deleteOwner('ada', tenant, { deleteBytes })
  }
  await noting.prune()
  await Promise.all([noting.close(), other.close()])
  return Object.keys(store).filter(
    (name) => typeof Reflect.get(store, name) === 'function' && !called.has(name),
  )
}

/** Statements for what seldom happens: a cut connection, a thread that moves while it is being locked, a process that is gone. */
export function seldomStatements(): string[] {
  const tables = tablesOf('chatkit')
  const scope: Scope = { owner: 'ada', context: {} }
  const run = { id: 'run_1', threadId: 'thr_1' }
  const ending = { status: 'completed', items: [], entries: [] } as const
  return [
    openedTurn(tables, turn({ thread: 'thr_1' }), scope),
    endedLike(tables, run, { ...ending, items: [], entries: [] }),
    closeRun(tables, run, { ...ending, items: [], entries: [] }),
    lockThread(tables, 'thr_1', scope),
    releaseOtherLeases(tables, 'process_1'),
    abandonedRuns(tables, { processId: 'process_1', known: [], leaseMs: 1, limit: 10 }),
    forgetProcesses(tables),
  ].map(({ sql }) => sql)
}

const SOURCE = join(import.meta.dirname, '../src')
// What makes tables, and what only operators call.
const LEFT_OUT = /^(migrations|cli)\b/

/** The longest constant part of each statement in the source: whatever was called shows it. */
export function statementsInSource(): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !LEFT_OUT.test(path))
    .flatMap((path) => {
      const source = readFileSync(join(SOURCE, path), 'utf8')
      return [...source.matchAll(/\bstatement(?:<[^(]*>)?\(\s*`([^`]*)/g)].map(([, sql = '']) =>
        sql.split(/\$\{[^}]*\}?/).reduce((longest, part) => (part.length > longest.length ? part : longest)),
      )
    })
}
