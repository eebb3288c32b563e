import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'

export interface Runtime {
  send: (path: string, init: RequestInit) => Promise<Response>
  close: () => Promise<unknown>
}

/** A server of node:http that listens already, or is about to. */
export async function listening(server: Server): Promise<Runtime> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    send: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
