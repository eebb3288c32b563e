import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { statementNames } from './statement-names.ts'

/**
 * A pool that gives no connection again on which the server said goodbye (`pg` itself notices only when the socket
 * closes, which may be after the connection was handed to the next statement), and on which statements are planned
 * once a connection, where that can be.
 */
export function freshPool(pool: Pool): PostgresPool {
  const clients = new WeakMap<PoolClient, PostgresPoolClient>()
  const nameOf = statementNames()
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect()
    const known = clients.get(client) ?? watched(client, await isDirect(client), nameOf)
    clients.set(client, known)
    return known
  }
  return {
    options: pool.options,
    end: () => pool.end(),
    // Nothing was sent yet: a connection that breaks off while it is made harms nobody, and another may do better.
    connect: () => connect().catch((error: unknown) => (brokeOff(error) ? connect() : Promise.reject(error))),
  }
}

const brokeOff = (error: unknown): boolean =>
  error instanceof Error &&
  (error.message.startsWith('Connection terminated') || ('code' in error && error.code === 'ECONNRESET'))

function watched(
  client: PoolClient,
  isNamed: boolean,
  nameOf: (sql: string) => string | undefined,
): PostgresPoolClient {
  let isOver = false
  const query = async (text: string, values: unknown[]): Promise<unknown> => {
    // What comes without values is no statement of a store: a transaction's beginning or end, a migration.
    const name = isNamed && values.length > 0 ? nameOf(text) : undefined
    try {
      return await client.query(name === undefined ? { text, values } : { name, text, values })
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

/**
 * Whether the connection leads to one server process and stays with it. A pooler in transaction mode would lose the
 * statements that were prepared, or find somebody else's; it gives its clients numbers of its own.
 */
async function isDirect(client: PoolClient & { processID?: unknown }): Promise<boolean> {
  try {
    const { rows } = await client.query<{ pid: string }>('select pg_backend_pid()::text as pid')
    return rows[0]?.pid === String(client.processID)
  } catch (error) {
    client.release(true)
    throw error
  }
}

const endsTheSession = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && ENDING.test(String(error.code))

/**
 * The SQLSTATEs behind which PostgreSQL closes the connection: connection exceptions, a server going down or a
 * session ended from outside, a transaction that was idle for too long. (The severity says it, too, but translated.)
 */
const ENDING = /^(08|57P|25P03)/
