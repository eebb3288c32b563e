import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RoundRobin {
  url: string
  /** Where requests go from now on, in turn. Streams under way stay where they are. */
  sendTo: (targets: readonly string[]) => void
  close: () => Promise<void>
}

/**
 * A proxy that sends each request to the next of its targets and passes bodies on as they come. A target that takes no
 * connection loses its turn to the next one; one that goes away while it answers cuts that answer off.
 */
export async function startRoundRobin(first: readonly string[]): Promise<RoundRobin> {
  let targets = first
  let turn = 0

  function forward(
    incoming: IncomingMessage,
    response: ServerResponse,
    [target, ...others]: readonly string[],
  ): void {
    if (target === undefined) {
      response.writeHead(502).end()
      return
    }
    const { method, url, headers } = incoming
    let isConnected = false
    // Without an agent each request has a connection of its own: whether the target lives shows before any byte is sent.
    const outgoing = request(new URL(url ?? '/', target), {
      method,
      headers: { ...endToEnd(headers), host: headers.host },
      agent: false,
    })
    const abandon = (): void => void outgoing.destroy()
    response.once('close', abandon)
    outgoing.once('socket', (socket) =>
      socket.once('connect', () => {
        isConnected = true
        incoming.pipe(outgoing)
      }),
    )
    outgoing.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers))
      response.flushHeaders()
      answer.pipe(response)
      answer.once('close', () => {
        if (!answer.complete) response.destroy()
      })
    })
    outgoing.on('error', () => {
      response.off('close', abandon)
      if (response.destroyed) return
      if (!isConnected) forward(incoming, response, others)
      else if (response.headersSent) response.destroy()
      else response.writeHead(502).end()
    })
  }

  const server = createServer((incoming, response) => {
    const next = turn++ % targets.length
    forward(incoming, response, [...targets.slice(next), ...targets.slice(0, next)])
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    sendTo: (next) => {
      targets = next
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Without what concerns one connection only. */
function endToEnd({
  connection: _connection,
  'keep-alive': _keepAlive,
  'transfer-encoding': _encoding,
  ...rest
}: IncomingHttpHeaders): IncomingHttpHeaders {
  return rest
}
