import { Client } from 'pg'

export interface ListenerOptions {
  /** Leads to the server itself: behind a pooler in transaction mode nothing is ever heard. */
  connectionString: string
  channel: string
  /** Something was said on the channel, or may have been while nobody listened. */
  onNotification: () => void
  /** Says something on the channel, over the connections that are used for writing. */
  probe: () => Promise<unknown>
  /** Told once where nothing can be heard. */
  onDeaf: (reason: string) => void
}

type Outcome = 'heard' | 'deaf' | 'lost'

const PROBE_MS = 2_000
const RECONNECT_MS = 1_000
const CONNECT_TIMEOUT_MS = 5_000

/** Listens on a connection of its own, which it makes again when it is lost. */
export class Listener {
  readonly #options: ListenerOptions
  #client: Client | undefined
  #running: Promise<void> | undefined
  #closed = Promise.withResolvers<'closed'>()
  #isClosed = false

  constructor(options: ListenerOptions) {
    this.#options = options
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#closed.resolve('closed')
    await this.#client?.end().catch(() => {})
    await this.#running
  }

  async #run(): Promise<void> {
    let hasHeard = false
    while (!this.#isClosed) {
      const outcome: Outcome = await this.#listen(hasHeard).catch(() => 'lost')
      if (outcome === 'deaf') {
        this.#options.onDeaf(
          'A message to oneself did not arrive: other processes are looked at twice a second.',
        )
        return
      }
      hasHeard ||= outcome === 'heard'
      await this.#pause(RECONNECT_MS)
    }
  }

  /** Listens until the connection is lost. */
  async #listen(hasHeard: boolean): Promise<Outcome> {
    const { connectionString, channel, onNotification, probe } = this.#options
    const client = new Client({
      connectionString,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    })
    this.#client = client
    const lost = Promise.withResolvers<'lost'>()
    const heard = Promise.withResolvers<'heard'>()
    client.on('error', () => lost.resolve('lost'))
    client.on('end', () => lost.resolve('lost'))
    client.on('notification', () => {
      heard.resolve('heard')
      onNotification()
    })
    try {
      // A client that is ended while it connects settles nothing: it only says that it has ended.
      const connected = client.connect()
      connected.catch(() => {})
      if ((await Promise.race([connected, lost.promise])) === 'lost') return 'lost'
      await client.query(`listen ${client.escapeIdentifier(channel)}`)
      if (!hasHeard) {
        await probe()
        const first = await Promise.race([heard.promise, lost.promise, this.#pause(PROBE_MS)])
        if (first !== 'heard') return first === 'lost' || this.#isClosed ? 'lost' : 'deaf'
      }
      onNotification()
      await lost.promise
      return 'heard'
    } finally {
      await client.end().catch(() => {})
    }
  }

  async #pause(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const time = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms).unref()
    })
    await Promise.race([time, this.#closed.promise])
    clearTimeout(timer)
  }
}
