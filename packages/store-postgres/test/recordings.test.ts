import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { readRecordings } from '../../chatkit-server-core/test/conformance/recording.ts'
import { replayEverywhere } from '../../chatkit-server-core/test/conformance/replay-everywhere.ts'
import { openEmbedded, PostgresStore, type Database, type EmbeddedDatabase } from '@robolearn/store-postgres'
import { freshDatabase, type FreshDatabase } from './fresh-database.ts'

const TIMEOUT_MS = 60_000
const folder =
  process.env.CONFORMANCE_DIR ||
  join(import.meta.dirname, '../../chatkit-server-core/test/fixtures/conformance')

const servers = [
  { name: 'PostgreSQL', url: inject('databaseUrl') },
  { name: 'PostgreSQL 14', url: inject('databaseUrl14') },
].flatMap(({ name, url }) => (url === undefined ? [] : [{ name, url }]))

let databases: FreshDatabase[]
let embedded: EmbeddedDatabase
beforeAll(async () => {
  databases = await Promise.all(servers.map(({ url }) => freshDatabase(url)))
  embedded = await openEmbedded()
}, TIMEOUT_MS)
afterAll(async () => {
  await embedded.close()
  await Promise.all(databases.map(({ drop }) => drop()))
})

// Each replay begins with an empty store: a schema of its own.
let schemas = 0
const open = async (where: { connectionString: string } | { db: Database }) => {
  const store = new PostgresStore<{ userId: string }>({ ...where, schema: `recording_${++schemas}` })
  await store.migrate()
  return store
}
const stores = [
  ...servers.map(({ name, url }, index) => ({
    name,
    open: () => open({ connectionString: databases[index]?.url ?? url }),
  })),
  { name: 'PGlite', open: () => open({ db: embedded.db }) },
]

describe('does what the reference server did, on every kind of database and by every door', () => {
  it.each(readRecordings(folder))('$name', { timeout: TIMEOUT_MS }, async ({ text }) => {
    expect(await replayEverywhere(text, stores)).toEqual([])
  })
})
