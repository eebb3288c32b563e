// Run by a test as a process of its own, which may be killed while it migrates.
import { PostgresStore } from '@robolearn/store-postgres'

const [connectionString] = process.argv.slice(2)
if (!connectionString) throw new Error('usage: migrate-child.ts URL')
await using store = new PostgresStore({ connectionString })
await store.migrate()
