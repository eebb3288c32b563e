import { connect, type Socket } from 'node:net'
import { answerParent } from '../processes/child.ts'

// Reads answers over raw sockets, as cheaply as it can: the server is what is measured.

// Sleeps two milliseconds between reads, outside of the event loop: otherwise each write of a slow server would have
// to wake this process, and a fast one's would not.
const clock = new Int32Array(new SharedArrayBuffer(4))
let reading = 0
function sleep(): void {
  if (reading === 0) return
  Atomics.wait(clock, 0, 0, 2)
  setImmediate(sleep)
}

interface Wish {
  port: number
  /** One a connection. */
  bodies: string[]
  /** Who asks; a number follows. */
  owner: string
  until: 'end' | 'first-event'
}

/** Whoever resumes a run of the first hundred is its owner. */
const OWNERS = 100

const DATA = '\ndata: '

const held: Socket[] = []

function request(body: string, owner: string): string {
  const head = [
    'POST /chatkit HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `authorization: ${owner}`,
    'x-chatkit-client: stop',
    'connection: close',
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

interface Result {
  bytes: number
  events: number
  text: string
}

function read(wish: Wish, body: string, index: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const socket = connect(wish.port, '127.0.0.1', () =>
      socket.write(request(body, `${wish.owner}${index % OWNERS}`)),
    )
    let tail = Buffer.alloc(0)
    const result: Result = { bytes: 0, events: 0, text: '' }
    socket.on('data', (chunk) => {
      result.bytes += chunk.byteLength
      const part = Buffer.concat([tail, chunk])
      for (let at = part.indexOf(DATA); at !== -1; at = part.indexOf(DATA, at + DATA.length))
        result.events += 1
      // An event may come in two pieces.
      tail = Buffer.from(part.subarray(1 - DATA.length))
      if (result.text.length < 2_000) result.text += chunk.toString('latin1')
      if (wish.until === 'first-event' && result.text.includes('\ndata: ')) {
        held.push(socket)
        resolve(result)
      }
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(result))
  })
}

answerParent(async (message) => {
  const wish = message as unknown as Wish
  const results: Result[] = []
  if (wish.until === 'end') {
    reading = 1
    sleep()
    results.push(...(await Promise.all(wish.bodies.map((body, index) => read(wish, body, index)))))
    reading = 0
  } else {
    // A few at a time: a flood of connections is another thing to measure.
    for (let at = 0; at < wish.bodies.length; at += 50) {
      const some = wish.bodies.slice(at, at + 50)
      results.push(...(await Promise.all(some.map((body, index) => read(wish, body, at + index)))))
    }
  }
  return {
    bytes: results.reduce((sum, { bytes }) => sum + bytes, 0),
    events: results.reduce((sum, { events }) => sum + events, 0),
    heads: wish.until === 'end' ? [] : results.map(({ text }) => text),
  }
})
