import { databaseProxy, type DatabaseProxy } from './database-proxy.ts'

/** A way to the database on which the client never hears that the server has closed its side. */
export const slowToClose = (databaseUrl: string): Promise<DatabaseProxy> =>
  databaseProxy(databaseUrl, (client, server) => {
    server.pipe(client, { end: false })
    client.pipe(server)
  })
