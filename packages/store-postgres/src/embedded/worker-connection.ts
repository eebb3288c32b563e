import { Worker } from 'node:worker_threads'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { StoreError } from '../errors.ts'
import {
  fromFailure,
  type WorkerInput,
  type WorkerReply,
  type WorkerRequest,
  type WorkerResult,
} from './messages.ts'

// `never`, as nothing here looks into the rows: whoever asked knows their shape.
type Result = WorkerResult<never>

interface Waiting {
  resolve: (reply: Result) => void
  reject: (error: Error) => void
}

/** The database in its worker thread, as a connection that Kysely can use. */
export class WorkerConnection implements DatabaseConnection {
  readonly #worker: Worker
  readonly #exited: Promise<void>
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #gone: Error | undefined
  #closed: Promise<void> | undefined

  private constructor(input: WorkerInput) {
    // Not the flags of this process: a loader or a test runner's hooks have no business in there.
    this.#worker = new Worker(workerUrl(), { workerData: input, execArgv: QUIET })
    this.#worker.on('message', (reply: WorkerReply<never>) => this.#receive(reply))
    this.#worker.on('error', (error) => this.#end(error))
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#end()
        resolve()
      })
    })
  }

  static async open(input: WorkerInput): Promise<WorkerConnection> {
    const connection = new WorkerConnection(input)
    try {
      await connection.#replyTo(0)
    } catch (error) {
      await connection.#worker.terminate()
      throw error
    }
    return connection
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, affectedRows } = await this.#send({ type: 'query', id: ++this.#lastId, sql, parameters })
    return {
      rows,
      ...(affectedRows !== undefined && { numAffectedRows: BigInt(affectedRows) }),
    }
  }

  streamQuery(): AsyncIterableIterator<never> {
    throw new Error('The embedded database does not stream results. Read them in pages.')
  }

  /** Closes the database and ends the thread, once; queries that were sent before are answered first. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    if (this.#gone) return
    try {
      await this.#send({ type: 'close', id: ++this.#lastId })
    } finally {
      await this.#worker.terminate()
      await this.#exited
    }
  }

  async #send(request: WorkerRequest): Promise<Result> {
    if (this.#gone) throw this.#gone
    const reply = this.#replyTo(request.id)
    try {
      this.#worker.postMessage(request, [])
    } catch (error) {
      this.#waiting.delete(request.id)
      throw error
    }
    return reply
  }

  #replyTo(id: number): Promise<Result> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  #receive(reply: WorkerReply<never>): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (reply.failure) waiting?.reject(fromFailure(reply.failure))
    else waiting?.resolve(reply)
  }

  #end(cause?: unknown): void {
    this.#gone ??= new StoreError('connection_lost', 'The embedded database has stopped. Open it again.', {
      cause,
    })
    for (const { reject } of this.#waiting.values()) reject(this.#gone)
    this.#waiting.clear()
  }
}

const QUIET = ['--disable-warning=ExperimentalWarning']

const workerUrl = (): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL('./worker.ts', import.meta.url)
    : new URL('./embedded-worker.js', import.meta.url)
