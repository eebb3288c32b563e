import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient } from 'pg'

/**
 * A pool that gives no connection again on which the server said goodbye. `pg` itself notices only when the socket
 * closes, which may be after the connection was handed to the next statement.
 */
export function freshPool(pool: Pool): PostgresPool {
  const clients = new WeakMap<PoolClient, PostgresPoolClient>()
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect()
      const known = clients.get(client) ?? watched(client)
      clients.set(client, known)
      return known
    },
  }
}

function watched(client: PoolClient): PostgresPoolClient {
  let isOver = false
  const query = async (sql: string, values: unknown[]): Promise<unknown> => {
    try {
      return await client.query(sql, values)
    } catch (error) {
      isOver ||= endsTheSession(error)
      throw error
    }
  }
  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy === true || isOver),
  }
}

const endsTheSession = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && ENDING.test(String(error.code))

/**
 * The SQLSTATEs behind which PostgreSQL closes the connection: connection exceptions, a server going down or a
 * session ended from outside, a transaction that was idle for too long. (The severity says it, too, but translated.)
 */
const ENDING = /^(08|57P|25P03)/
