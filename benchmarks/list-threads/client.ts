import { connect, type Socket } from 'node:net'
import { answerParent } from '../processes/child.ts'

// Asks over raw sockets that stay open, one request after the other, as cheaply as it can.

interface Wish {
  port: number
  owner: string
  /** Asked for in turn. */
  bodies: string[]
  /** How many times all of them, by each connection. */
  rounds: number
  connections: number
}

const END_OF_CHUNKS = Buffer.from('0\r\n\r\n')

class Connection {
  readonly #socket: Socket
  #parts: Buffer[] = []
  #done: (text: string) => void = () => {}

  constructor(port: number, onError: (error: Error) => void) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('error', onError)
    this.#socket.on('close', () => onError(new Error('The server has closed a connection.')))
    this.#socket.on('data', (part) => this.#take(part))
  }

  ask(request: string): Promise<string> {
    return new Promise((resolve) => {
      this.#done = resolve
      this.#socket.write(request)
    })
  }

  end(): void {
    this.#socket.removeAllListeners('close').destroy()
  }

  #take(part: Buffer): void {
    this.#parts.push(part)
    const whole = this.#parts.length === 1 ? part : Buffer.concat(this.#parts)
    if (!isWhole(whole)) return
    this.#parts = []
    this.#done(whole.toString('latin1'))
  }
}

function isWhole(response: Buffer): boolean {
  const headEnd = response.indexOf('\r\n\r\n')
  if (headEnd === -1) return false
  const length = /content-length: (\d+)/i.exec(response.subarray(0, headEnd).toString('latin1'))?.[1]
  if (length !== undefined) return response.length === headEnd + 4 + Number(length)
  return response.subarray(-END_OF_CHUNKS.length).equals(END_OF_CHUNKS)
}

function requestOf(body: string, owner: string): string {
  const head = [
    'POST /chatkit HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `authorization: ${owner}`,
    'x-chatkit-client: stop',
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

answerParent(async (message) => {
  const { port, owner, bodies, rounds, connections } = message as unknown as Wish
  const requests = bodies.map((body) => requestOf(body, owner))
  const timesMs: number[][] = bodies.map(() => [])
  const first: string[] = []
  await new Promise<void>((resolve, reject) => {
    const askAll = async (): Promise<void> => {
      const connection = new Connection(port, reject)
      for (let round = 0; round < rounds; round++) {
        for (const [index, request] of requests.entries()) {
          const startedMs = performance.now()
          const response = await connection.ask(request)
          timesMs[index]?.push(performance.now() - startedMs)
          if (!response.startsWith('HTTP/1.1 200')) throw new Error(`An answer was ${response.slice(0, 400)}`)
          first[index] ??= response
        }
      }
      connection.end()
    }
    Promise.all(Array.from({ length: connections }, askAll)).then(() => resolve(), reject)
  })
  return { timesMs, first }
})
