import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { Socket, type AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { chatKitListener } from './chatkit-server.ts'
import { answerParent } from '../processes/child.ts'
import { plainListener } from './plain-server.ts'

// The process that is measured: one server, and the counters of the process itself.

const isChatKit = process.argv[2] === 'chatkit'
const plain: RequestListener = (incoming, outgoing) => void plainListener(incoming, outgoing)
const server = createServer(isChatKit ? chatKitListener() : plain)
server.listen(0, '127.0.0.1', 20_000)
await once(server, 'listening')

// How often something was written to a connection.
let writes = 0
const write = Reflect.get(Socket.prototype, 'write') as (...args: unknown[]) => boolean
const countingWrite = function (this: Socket, ...args: unknown[]): boolean {
  writes += 1
  return write.apply(this, args)
}
const setWrite = (to: typeof write): unknown => Reflect.set(Socket.prototype, 'write', to)

/** As thorough as V8 is with a process that has become quiet: pages that are half empty are given back. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    await setTimeout(50)
  }
}

answerParent(async ({ want }) => {
  switch (want) {
    case 'port':
      return { port: (server.address() as AddressInfo).port }
    case 'cpu': {
      const { user, system } = process.cpuUsage()
      return { cpuSeconds: (user + system) / 1e6 }
    }
    case 'memory': {
      await settle()
      const { rss, heapUsed, external } = process.memoryUsage()
      return { rss, heapUsed, external }
    }
    case 'count-writes':
      // Only while nothing is measured.
      writes = 0
      setWrite(countingWrite)
      return {}
    case 'writes':
      setWrite(write)
      return { writes }
    default:
      throw new Error(`The server was asked for "${String(want)}".`)
  }
})
