import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerParent } from '../processes/child.ts'
import { chatKitListener } from './chatkit-server.ts'
import { plainListener } from './plain-server.ts'

// The process that is measured: one server on one database, and the process's own clock of CPU time.

const [peer, databaseUrl = ''] = process.argv.slice(2)
const listener = peer === 'chatkit' ? chatKitListener(databaseUrl) : plainListener(databaseUrl)
const server = createServer(listener)
server.listen(0, '127.0.0.1')
await once(server, 'listening')

answerParent(async ({ want }) => {
  switch (want) {
    case 'port':
      return { port: (server.address() as AddressInfo).port }
    case 'cpu': {
      const { user, system } = process.cpuUsage()
      return { cpuSeconds: (user + system) / 1e6 }
    }
    default:
      throw new Error(`The server was asked for "${String(want)}".`)
  }
})
