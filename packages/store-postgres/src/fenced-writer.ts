import { RunEndedError, type Scope } from '@robolearn/chatkit-server-core'
import { fenced, isRunning } from './queries/fence.ts'
import type { Tables } from './schema.ts'
import type { Session } from './session.ts'
import type { Statement } from './statement.ts'

/** Makes the writes of requests and of runs: one in the name of a run is made only while that is running. */
export class FencedWriter {
  readonly #session: Session
  readonly #tables: Tables

  constructor(session: Session, tables: Tables) {
    this.#session = session
    this.#tables = tables
  }

  /** Gives rows where it was made. Rejects with a `RunEndedError` where the run is not running any more. */
  async write<Row>(statement: Statement<Row>, scope: Scope): Promise<Row[]> {
    const { run } = scope
    if (!run) return this.#session.run(statement)
    const rows = await this.#session.run(fenced(this.#tables, statement, run))
    if (rows.length === 0) await this.check(scope)
    return rows
  }

  /** Rejects with a `RunEndedError` where the scope is of a run that is not running. */
  async check({ run }: Scope): Promise<void> {
    if (!run) return
    const [running] = await this.#session.run(isRunning(this.#tables, run))
    if (!running) throw new RunEndedError(run.id)
  }
}
