import { openEmbedded, PostgresStore } from '@robolearn/store-postgres'
import { afterAll, beforeAll, describe } from 'vitest'
import { freshDatabase } from './fresh-database.ts'

interface Opened {
  store: PostgresStore
  close: () => Promise<void>
}

const DATABASES: Record<string, () => Promise<Opened>> = {
  'a PostgreSQL server': async () => {
    const { url, drop } = await freshDatabase()
    const store = new PostgresStore({ connectionString: url })
    return { store, close: () => store.close().then(drop) }
  },
  'an embedded database': async () => {
    const { db, close } = await openEmbedded()
    return { store: new PostgresStore({ db }), close }
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
