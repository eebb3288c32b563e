import { connect, createServer, type Socket } from 'node:net'

export interface NamingProxy {
  url: string
  /** Whether any statement was sent under a name. */
  sawNames: () => boolean
  close: () => void
}

/** A way to the database that looks at what is sent, and can give clients numbers of its own, as poolers do. */
export async function namingProxy(
  databaseUrl: string,
  { asPooler }: { asPooler: boolean },
): Promise<NamingProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let sawNames = false
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    client.on('data', (bytes) => {
      sawNames ||= bytes.includes('chatkit_')
      server.write(bytes)
    })
    server.on('data', (bytes) => client.write(asPooler ? renumbered(bytes) : bytes))
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
    for (const socket of [client, server]) {
      sockets.add(socket)
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
    sawNames: () => sawNames,
    close: () => {
      proxy.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** The message BackendKeyData of PostgreSQL's protocol: a letter, its length of 12 bytes, and the process's number. */
const KEY_DATA = Buffer.from([0x4b, 0, 0, 0, 12])

function renumbered(bytes: Buffer): Buffer {
  const at = bytes.indexOf(KEY_DATA)
  if (at >= 0) bytes.writeUInt32BE(1, at + KEY_DATA.length)
  return bytes
}
