import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { CallLedger } from '../model/call-ledger.ts'
import { nowNs } from '../model/call.ts'
import { within } from '../promises/wait-until.ts'
import type { NodeMessage, NodeSettings } from './node-settings.ts'

export interface NodeProcessOptions {
  name: string
  settings: NodeSettings
  ledger: CallLedger
  /** Told of what the node reports to its operators. */
  onError: (text: string) => void
}

/** How long a process may take to close everything, and after that to end. */
const CLOSE_MS = 60_000
const LINGER_MS = 15_000

/** One server process: started, killed, stopped for a while, and ended. */
export class NodeProcess {
  readonly name: string
  readonly #options: NodeProcessOptions
  #child: ChildProcess | undefined
  #port = 0

  constructor(options: NodeProcessOptions) {
    this.name = options.name
    this.#options = options
  }

  get port(): number {
    return this.#port
  }

  get isAlive(): boolean {
    return this.#child !== undefined
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when it answers requests; does nothing where it runs. */
  async start(changes: Partial<NodeSettings> = {}): Promise<void> {
    if (this.#child) return
    const { settings, ledger, onError, name } = this.#options
    const child = fork(join(import.meta.dirname, 'serve.ts'), [JSON.stringify({ ...settings, ...changes })], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child = child
    let said = ''
    child.stderr?.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-4_000)))
    child.once('exit', () => {
      ledger.nodeDied(name, nowNs())
      if (this.#child === child) this.#child = undefined
    })
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`Node ${name} ended with ${code}: ${said}`)))
      child.on('message', (message: NodeMessage) => {
        if (message.kind === 'call') ledger.note(name, message)
        else if (message.kind === 'error') onError(message.text)
        else if (message.kind === 'ready') {
          this.#port = message.port
          resolve()
        }
      })
    })
  }

  /** As a crash: nothing of it is asked, nothing is tidied up. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Freezes the process, as a machine that is out of memory does; `resume` lets it go on as if nothing were. */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  /** Tells it to end, and waits. Gives what kept it alive after it had closed everything. */
  async close(): Promise<string[]> {
    const child = this.#child
    if (!child) return []
    const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>
    const closed = new Promise<void>((resolve) => {
      child.on('message', ({ kind }: NodeMessage) => {
        if (kind === 'closed') resolve()
      })
    })
    child.kill('SIGTERM')
    const hasClosed = await within(Promise.race([closed, exited]), CLOSE_MS)
    const end = hasClosed === 'late' ? 'late' : await within(exited, LINGER_MS)
    if (end !== 'late') {
      const [code, signal] = end
      return code === 0 ? [] : [`node ${this.name} ended with ${code ?? signal} when it was told to end`]
    }
    await this.kill()
    return hasClosed === 'late'
      ? [`node ${this.name} was told to end and has not closed everything in ${CLOSE_MS} ms`]
      : [`node ${this.name} has closed everything, and a timer or a connection keeps it alive`]
  }

  async #end(signal: 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (!child) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
}
