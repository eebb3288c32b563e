import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { ConfigError, type Config } from './config.ts'

type Fetch = (request: Request) => Response | Promise<Response>

export interface Listening {
  url: string
  /** Sends requests to this from now on; until then they are told to come again, but for `/healthz`. */
  serve: (fetch: Fetch) => void
  /** Takes no new connections, and resolves when the last response has ended. */
  close: () => Promise<void>
}

const starting: Fetch = (request) =>
  // The process lives: whoever watches it has no reason to start it again.
  new URL(request.url).pathname === '/healthz'
    ? new Response('ok\n')
    : new Response('Starting. Try again in a moment.\n', { status: 503, headers: { 'retry-after': '2' } })

/** Takes the port before anything else is opened, so that a busy one is known at once. */
export async function listen({ host, port }: Pick<Config, 'host' | 'port'>): Promise<Listening> {
  let fetch = starting
  const listener = getRequestListener((request) => fetch(request))
  const server = createServer((request, response) => void listener(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explain(error, host, port)))
    server.listen(port, host, resolve)
  })
  return {
    url: urlOf(server),
    serve: (handler) => {
      fetch = handler
    },
    close: () => closed(server),
  }
}

function urlOf(server: Server): string {
  // A TCP server that listens always has an address of this form.
  const { address, port, family } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const address = `${host}:${port}`
  if (error.code === 'EADDRINUSE') {
    return new ConfigError(`${address} is in use by another program. Stop it, or choose another PORT.`, {
      cause: error,
    })
  }
  if (error.code === 'EACCES') {
    return new ConfigError(`This user may not listen on ${address}. Choose a PORT above 1023.`, {
      cause: error,
    })
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new ConfigError(`HOST "${host}" is no address of this machine.`, { cause: error })
  }
  return error
}
