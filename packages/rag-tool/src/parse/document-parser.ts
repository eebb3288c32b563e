import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { LimitError } from './parse-limits.ts'
import type { ParseReply } from './parse-messages.ts'
import type { ReadDocument, Readable } from './read-document.ts'

export interface ParseLimits {
  /** How long the parsing of one text may take, in milliseconds. Default: 10,000. */
  textTimeoutMs?: number
  /** The same for one PDF. Default: 120,000. */
  pdfTimeoutMs?: number
}

const HEAP_MB = 512
const IDLE_MS = 5_000

/**
 * Parses documents one after the other in a process of its own: started when it is needed, ended when a document goes
 * beyond a limit, or after some idle seconds. It keeps no process alive. A thread would not do: when its heap is full in
 * the middle of an allocation, V8 ends the process with all its threads.
 */
class DocumentParser {
  #child: ChildProcess | undefined
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #idle: NodeJS.Timeout | undefined

  /** Rejects with a `LimitError` for a document that goes beyond a limit or that the parser refuses. */
  async parse(readable: Readable, limits: ParseLimits): Promise<ReadDocument> {
    this.#waiting += 1
    clearTimeout(this.#idle)
    const parsed = this.#last.catch(() => {}).then(() => this.#parseNow(readable, limits))
    this.#last = parsed
    try {
      return await parsed
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0) this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref()
    }
  }

  async #parseNow(readable: Readable, limits: ParseLimits): Promise<ReadDocument> {
    const { textTimeoutMs = 10_000, pdfTimeoutMs = 120_000 } = limits
    const timeoutMs = readable.mediaType === 'application/pdf' ? pdfTimeoutMs : textTimeoutMs
    if (!this.#child?.connected) this.#child = await start()
    const child = this.#child
    child.ref()
    child.channel?.ref()
    let timer: NodeJS.Timeout | undefined
    const listening = new AbortController()
    try {
      return await new Promise<ReadDocument>((resolve, reject) => {
        const { signal } = listening
        const fail = (reason: string): void => {
          this.#end()
          reject(new LimitError(reason))
        }
        const take = (reply: ParseReply): void => {
          if ('read' in reply) resolve(reply.read)
          else if ('refused' in reply) reject(new LimitError(reply.refused))
        }
        child.on('message', take).on('exit', onExit).on('error', onError)
        signal.addEventListener('abort', () => {
          child.off('message', take).off('exit', onExit).off('error', onError)
        })
        timer = setTimeout(() => fail(`parsing took longer than ${timeoutMs} ms`), timeoutMs)
        child.send(readable, (error) => error && fail(`the parser is gone (${error.message})`))
        // What ends it but for this process are its limits of memory.
        function onExit(code: number | null): void {
          fail(code === null ? 'parsing needed too much memory' : `the parser ended with code ${code}`)
        }
        function onError(error: Error): void {
          fail(`the parser failed (${error.message})`)
        }
      })
    } finally {
      clearTimeout(timer)
      listening.abort()
      child.unref()
      child.channel?.unref()
    }
  }

  #end(): void {
    const child = this.#child
    this.#child = undefined
    child?.on('error', () => {})
    child?.kill('SIGKILL')
  }
}

/** One for the process, shared by all knowledge bases. */
export const documentParser = new DocumentParser()

// A document's time does not begin before there is someone to read it.
async function start(): Promise<ChildProcess> {
  const file = import.meta.url.endsWith('.ts') ? './parse-process.ts' : './parse-process.js'
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    // Not the flags of this process: a loader, a debugger or a test runner's hooks have no business in there.
    execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${HEAP_MB}`],
    // Nor its settings, which may hold secrets; Windows runs nothing without this one.
    env: process.env.SYSTEMROOT === undefined ? {} : { SYSTEMROOT: process.env.SYSTEMROOT },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const ended = new AbortController()
  const { signal } = ended
  try {
    await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`The process that parses documents ended with code ${code} before it began.`)
      }),
    ])
  } finally {
    ended.abort()
  }
  return child
}
