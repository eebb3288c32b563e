import { openEmbedded, PostgresStore } from '@robolearn/store-postgres'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { freshDatabase } from './fresh-database.ts'

interface Opened {
  store: PostgresStore
  close: () => Promise<void>
}

const onServer = (server: string) => async (): Promise<Opened> => {
  const { url, drop } = await freshDatabase(server)
  const store = new PostgresStore({ connectionString: url })
  return { store, close: () => store.close().then(drop) }
}

const server14 = inject('databaseUrl14')

const DATABASES: Record<string, () => Promise<Opened>> = {
  'a PostgreSQL server': onServer(inject('databaseUrl')),
  ...(server14 === undefined ? {} : { 'a PostgreSQL 14 server': onServer(server14) }),
  'an embedded database': async () => {
    const { db, close } = await openEmbedded()
    const store = new PostgresStore({ db })
    return { store, close: () => store.close().then(close) }
  },
}

/** The same tests on each kind of database; they share one store. */
export function onEveryDatabase(tests: (store: () => PostgresStore) => void): void {
  describe.each(Object.entries(DATABASES))('on %s', (_, open) => {
    let opened: Opened
    beforeAll(async () => {
      opened = await open()
      await opened.store.migrate()
    }, 60_000)
    afterAll(() => opened.close())
    tests(() => opened.store)
  })
}
