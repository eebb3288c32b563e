import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { DelayLine } from './delay-line.ts'

export interface ProxyOptions {
  /** Where the bytes go that come in. */
  host: string
  port: number
  /** What is added to the way there and back, half of it each. */
  roundTripMs: number
}

/**
 * A long way to a server: every piece of bytes arrives half of the round trip later than it was sent, whatever else
 * is under way on this connection or another.
 *
 * It counts how many trips lie one behind the other: bytes that leave for the server are on the trip after the
 * furthest one that had come back by then, on whatever connection.
 */
export class DelayingProxy {
  readonly #options: ProxyOptions
  readonly #server: Server
  #returned = 0
  /** Trips that began before the count did are none of it. */
  #count = 0

  constructor(options: ProxyOptions) {
    this.#options = options
    this.#server = createServer({ noDelay: true }, (near) => this.#join(near))
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  restartCount(): void {
    this.#returned = 0
    this.#count += 1
  }

  /** How many trips have come back, of those that lay one behind the other. */
  get roundTrips(): number {
    return this.#returned
  }

  #join(near: Socket): void {
    const { host, port, roundTripMs } = this.#options
    const far = connect({ host, port, noDelay: true })
    let trip = { count: this.#count, number: 0 }
    const there = new DelayLine(roundTripMs / 2, (bytes) => void far.write(bytes))
    const back = new DelayLine(roundTripMs / 2, (bytes) => {
      if (trip.count === this.#count) this.#returned = Math.max(this.#returned, trip.number)
      near.write(bytes)
    })
    near.on('data', (bytes) => {
      trip = { count: this.#count, number: this.#returned + 1 }
      there.push(bytes)
    })
    far.on('data', (bytes) => back.push(bytes))
    // An end is not delayed: nothing that is measured waits for one.
    near.on('error', () => far.destroy()).on('close', () => far.destroy())
    far.on('error', () => near.destroy()).on('close', () => near.destroy())
  }
}
