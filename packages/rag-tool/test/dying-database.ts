import type { PGlite, Transaction } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely'
import { Pool, type PoolClient } from 'pg'

/** A database as a process sees it that is killed before it sends its n-th statement: none is sent from then on. */
export interface DyingDatabase {
  db: Kysely<unknown>
  /** Statements sent. */
  sent: () => number
  /** What is left to do for others when the process is gone. */
  bury: () => Promise<void>
}

class Killed extends Error {}

function counter(dieAt: number, onDeath: () => void) {
  let sent = 0
  return {
    sent: () => sent,
    /** Throws instead of counting from the fatal one on. */
    count: (): void => {
      if (sent + 1 >= dieAt) {
        onDeath()
        throw new Killed('killed')
      }
      sent += 1
    },
  }
}

/** On a server: the connections are cut, and the server rolls back. `onDeath` may end the process for real. */
export function dyingOnServer(url: string, dieAt: number, onDeath?: () => void): DyingDatabase {
  const pool = new Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  const clients = new Set<PoolClient>()
  const { count, sent } = counter(dieAt, () => {
    onDeath?.()
    for (const client of clients) cut(client)
  })
  const connect = async (): Promise<PoolClient> => {
    const client = await pool.connect()
    client.removeAllListeners('error').on('error', () => {})
    clients.add(client)
    return new Proxy(client, {
      get(target, name) {
        if (name !== 'query') {
          const value: unknown = Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        }
        return async (...args: Parameters<PoolClient['query']>) => {
          count()
          return Reflect.apply(target.query, target, args)
        }
      },
    })
  }
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: { connect, end: () => pool.end(), options: {} } }),
  })
  return {
    db,
    sent,
    bury: async () => {
      for (const client of clients) cut(client)
      await db.destroy()
    },
  }
}

// As the end of a process does: without a word to the server.
function cut(client: PoolClient): void {
  const { connection } = client as unknown as { connection: { stream: { destroy: () => void } } }
  connection.stream.destroy()
}

/** On PGlite: what was not committed is gone, as it is when the folder is opened again. */
export function dyingOnPGlite(pglite: PGlite, dieAt: number): DyingDatabase {
  const { count, sent } = counter(dieAt, () => {})
  const counted = <T extends Pick<PGlite, 'query'>>(target: T, more: Record<PropertyKey, unknown> = {}): T =>
    new Proxy(target, {
      get(_, name) {
        if (name === 'query')
          return async (...args: Parameters<PGlite['query']>) => {
            count()
            return target.query(...args)
          }
        if (Object.hasOwn(more, name)) return more[name]
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  const dying = counted(pglite, {
    transaction: (work: (trx: Transaction) => Promise<unknown>) =>
      pglite.transaction(async (trx) => {
        const result = await work(counted(trx))
        // Before the commit, which rolls back instead.
        count()
        return result
      }),
    close: async () => {},
  })
  const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite: dying }) })
  return { db, sent, bury: async () => {} }
}
