import { connect, createServer, type Socket } from 'node:net'

export interface DatabaseProxy {
  url: string
  /** Ends every connection, and takes no more. */
  close: () => void
}

/** A way to the database of which a test decides how the two sides of each connection are joined. */
export async function databaseProxy(
  databaseUrl: string,
  join: (client: Socket, server: Socket) => void,
): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    for (const socket of [client, server]) {
      sockets.add(socket)
      // What breaks off is what the tests are about.
      socket.on('error', () => {})
    }
    join(client, server)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address()
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(typeof address === 'object' && address ? address.port : 0)
  return {
    url: url.href,
    close: () => {
      proxy.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
