import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryStore } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { answerParent } from '../processes/child.ts'
import { listen, type Context } from './answering-server.ts'

// The process that is measured: one server, on a database or with the memory store, and the process's own counters.

const [databaseUrl] = process.argv.slice(2)
const store =
  databaseUrl === undefined
    ? new MemoryStore<Context>()
    : new PostgresStore<Context>({
        connectionString: databaseUrl,
        onNotice: (line) => {
          throw new Error(line)
        },
      })
if (store instanceof PostgresStore) await store.migrate()
const { server, listener } = listen(store)
const http = createServer(listener)
http.listen(0, '127.0.0.1', 1_000)
await once(http, 'listening')

answerParent(async ({ want }) => {
  switch (want) {
    case 'port':
      return { port: (http.address() as AddressInfo).port }
    case 'cpu': {
      const { user, system } = process.cpuUsage()
      return { cpuSeconds: (user + system) / 1e6 }
    }
    case 'backlog': {
      const { eventsWritten, flushes } = store.counters()
      return { events: server.eventsDue() - eventsWritten, flushes }
    }
    default:
      throw new Error(`The server was asked for "${String(want)}".`)
  }
})
