import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool } from 'pg'
import type { CutAt } from './world.ts'

/** The connections of one server, which can be cut off from the database as by the death of its process. */
export class CuttablePool implements PostgresPool {
  readonly #pool: Pool
  #isCut = false
  #next: { at: CutAt; fits: (sql: string, values: string) => boolean; done: () => void } | undefined

  constructor(pool: Pool) {
    this.#pool = pool
  }

  readonly options = {}

  cut(): void {
    this.#isCut = true
  }

  /** Cuts with the next statement that fits; resolves then. */
  cutAt(at: CutAt, fits: (sql: string, values: string) => boolean): Promise<void> {
    return new Promise((done) => {
      this.#next = { at, fits, done }
    })
  }

  connect = async (): Promise<PostgresPoolClient> => {
    if (this.#isCut) throw lost()
    const client = await this.#pool.connect()
    const query = (sql: string, values: readonly unknown[]) =>
      this.#query(sql, values, () => client.query(sql, [...values]))
    return { query, release: () => client.release() } as unknown as PostgresPoolClient
  }

  end = (): Promise<void> => this.#pool.end()

  async #query<T>(sql: string, values: readonly unknown[], send: () => Promise<T>): Promise<T> {
    if (this.#isCut) throw lost()
    const next = this.#next?.fits(sql, JSON.stringify(values)) ? this.#next : undefined
    if (next) {
      // Nothing else gets through behind it.
      this.#isCut = true
      if (next.at === 'after') await send()
      next.done()
      throw lost()
    }
    const result = await send()
    if (this.#isCut) throw lost()
    return result
  }
}

const lost = (): Error => Object.assign(new Error('The connection was reset.'), { code: 'ECONNRESET' })
