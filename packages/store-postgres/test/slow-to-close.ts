import { connect, createServer, type Socket } from 'node:net'

/** A way to the database on which the client never hears that the server has closed its side. */
export async function slowToClose(databaseUrl: string): Promise<{ url: string; close: () => void }> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    server.pipe(client, { end: false })
    client.pipe(server)
    for (const socket of [client, server]) {
      sockets.add(socket)
      // What breaks off is what the test is about.
      socket.on('error', () => {})
    }
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
