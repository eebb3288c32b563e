import { Client } from 'pg'
import { startPostgres, type TestPostgres } from '../../test/start-postgres.ts'

const MUST_BE_ON = ['fsync', 'synchronous_commit', 'full_page_writes']

/** A PostgreSQL server of its own that keeps what it has confirmed. Rejects where it says itself that it does not. */
export async function startDurablePostgres(): Promise<TestPostgres> {
  const postgres = await startPostgres('embedded', { durable: true })
  const client = new Client(postgres.url)
  await client.connect()
  try {
    for (const setting of MUST_BE_ON) {
      const { rows } = await client.query<Record<string, string>>(`show ${setting}`)
      const value = rows[0]?.[setting]
      if (value === 'on') continue
      throw new Error(`PostgreSQL has ${setting} = ${value}: nothing that it keeps would prove anything.`)
    }
  } catch (error) {
    await postgres.stop()
    throw error
  } finally {
    await client.end().catch(() => {})
  }
  return postgres
}
