import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** How a connection ends, after how many bytes to the client: in order, with a reset, or in silence. */
export interface Cut {
  afterBytes: number
  how: 'fin' | 'rst' | 'silence'
}

/** To the server, or back to the client. */
export type Direction = 'up' | 'down'

interface Link {
  client: Socket
  server: Socket
  waiting: Record<Direction, Buffer[]>
}

/** Stands between a client and a server, and breaks what goes through it. */
export class TcpProxy {
  readonly #server: Server
  readonly #links = new Set<Link>()
  readonly #held = new Set<Direction>()
  readonly #targetPort: number
  readonly #cut: Cut | undefined
  #holdAt: ((text: Buffer) => boolean) | undefined

  /** With a `cut`, every connection ends like that. */
  static async listen(targetPort: number, cut?: Cut): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort, cut)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  private constructor(targetPort: number, cut: Cut | undefined) {
    this.#targetPort = targetPort
    this.#cut = cut
    this.#server = createServer((client) => this.#accept(client))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Nothing gets through in that direction, on any connection, until `release`; nothing is lost. */
  hold(direction: Direction): void {
    this.#held.add(direction)
  }

  /** Holds back everything to the server from the first piece of which `isIt` is true. Resolves when it is held. */
  holdFrom(isIt: (piece: Buffer) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#holdAt = (piece) => {
        if (!isIt(piece)) return false
        resolve()
        return true
      }
    })
  }

  release(): void {
    this.#held.clear()
    this.#holdAt = undefined
    for (const link of this.#links) {
      for (const piece of link.waiting.up.splice(0)) link.server.write(piece)
      for (const piece of link.waiting.down.splice(0)) link.client.write(piece)
    }
  }

  /** Ends every connection, with what was held back on it. */
  cutAll(): void {
    for (const { client, server } of this.#links) {
      reset(client)
      reset(server)
    }
    this.#links.clear()
    this.release()
  }

  async close(): Promise<void> {
    this.cutAll()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(client: Socket): void {
    const server = connect({ port: this.#targetPort, host: '127.0.0.1' })
    client.setNoDelay(true)
    server.setNoDelay(true)
    const link: Link = { client, server, waiting: { up: [], down: [] } }
    this.#links.add(link)
    const cut = this.#cut
    let downBytes = 0
    let isCut = false
    client.on('data', (piece) => {
      if (this.#holdAt?.(piece)) {
        this.#holdAt = undefined
        this.#held.add('up')
      }
      this.#pass(link, 'up', piece)
    })
    server.on('data', (piece) => {
      if (isCut) return
      const room = cut ? cut.afterBytes - downBytes : Number.POSITIVE_INFINITY
      downBytes += piece.length
      this.#pass(link, 'down', piece.subarray(0, room))
      if (!cut || piece.length < room) return
      isCut = true
      endLink(link, cut.how)
    })
    client.on('close', () => {
      this.#links.delete(link)
      server.destroy()
    })
    server.on('end', () => {
      if (!isCut) client.end()
    })
    server.on('close', () => this.#links.delete(link))
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
  }

  #pass(link: Link, direction: Direction, piece: Buffer): void {
    if (piece.length === 0) return
    if (this.#held.has(direction)) link.waiting[direction].push(piece)
    else (direction === 'up' ? link.server : link.client).write(piece)
  }
}

function endLink({ client, server }: Link, how: Cut['how']): void {
  // The server learns of a silence only when the client has had enough of it.
  if (how === 'silence') return
  if (how === 'fin') client.end()
  else reset(client)
  server.destroy()
}

function reset(socket: Socket): void {
  // A reset of a socket that is ending keeps Node from ever ending itself.
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
