import { databaseProxy, type DatabaseProxy } from './database-proxy.ts'

export interface NamingProxy extends DatabaseProxy {
  /** Whether any statement was sent under a name. */
  sawNames: () => boolean
}

/** A way to the database that looks at what is sent, and can give clients numbers of its own, as poolers do. */
export async function namingProxy(
  databaseUrl: string,
  { asPooler }: { asPooler: boolean },
): Promise<NamingProxy> {
  let sawNames = false
  const proxy = await databaseProxy(databaseUrl, (client, server) => {
    client.on('data', (bytes) => {
      sawNames ||= bytes.includes('chatkit_')
      server.write(bytes)
    })
    server.on('data', (bytes) => client.write(asPooler ? renumbered(bytes) : bytes))
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  })
  return { ...proxy, sawNames: () => sawNames }
}

/** The message BackendKeyData of PostgreSQL's protocol: a letter, its length of 12 bytes, and the process's number. */
const KEY_DATA = Buffer.from([0x4b, 0, 0, 0, 12])

function renumbered(bytes: Buffer): Buffer {
  const at = bytes.indexOf(KEY_DATA)
  if (at >= 0) bytes.writeUInt32BE(1, at + KEY_DATA.length)
  return bytes
}
