import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  ChatKitServer,
  createChatKitHandler,
  type ThreadStreamEvent,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { toNodeHandler } from '@robolearn/chatkit-server-core/node'
import { PostgresStore } from '@robolearn/store-postgres'
import { answer } from '../model/model-double.ts'
import type { NodeMessage, NodeSettings } from './node-settings.ts'
import { shiftClock } from './shift-clock.ts'

// A server process as an application would run it. Its parent kills it, stops it, and hears of every model call.

interface Context {
  owner: string
}

// Written by the parent.
const settings = JSON.parse(process.argv[2] ?? '') as NodeSettings
shiftClock(settings.clockOffsetMs)

const tell = (message: NodeMessage): void => {
  if (process.connected) process.send?.(message)
}

class FaultServer extends ChatKitServer<Context> {
  respond(turn: Turn<Context>): AsyncIterable<ThreadStreamEvent> {
    return answer(turn, tell)
  }
}

const store = new PostgresStore<Context>({
  connectionString: settings.databaseUrl,
  leaseMs: settings.leaseMs,
  ...(settings.listenUrl === undefined ? {} : { listenConnectionString: settings.listenUrl }),
})
await store.migrate()
const server = new FaultServer({
  store,
  owner: (context) => context.owner,
  onBusy: settings.onBusy,
  limits: settings.limits,
  hooks: {
    onError: (error) => tell({ kind: 'error', text: error instanceof Error ? error.message : String(error) }),
  },
})
const handler = createChatKitHandler(server, {
  authenticate: (request) => ({ owner: request.headers.get('authorization') ?? '' }),
})
const http = createServer(toNodeHandler(handler))
http.listen(0, '127.0.0.1')
await once(http, 'listening')

process.once('SIGTERM', () => {
  void (async () => {
    await server.close({ graceMs: settings.graceMs })
    const closed = once(http, 'close')
    http.close()
    http.closeIdleConnections()
    await closed
    await store.close()
    tell({ kind: 'closed' })
    process.disconnect()
  })()
})
// Whoever has started it is gone.
process.once('disconnect', () => {
  if (!http.listening) return
  process.exit(1)
})

tell({ kind: 'ready', port: (http.address() as AddressInfo).port })
