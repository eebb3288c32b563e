import { TcpProxy } from './tcp-proxy.ts'

/** A proxy before the server of a database, and the database's URL that leads through it. */
export async function through(databaseUrl: string): Promise<{ proxy: TcpProxy; url: string }> {
  const url = new URL(databaseUrl)
  const proxy = await TcpProxy.listen(Number(url.port))
  url.port = String(proxy.port)
  return { proxy, url: url.href }
}
