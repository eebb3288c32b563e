import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'

/** A process of the benchmark that answers one request at a time. */
export interface Child {
  ask: <T>(request: object) => Promise<T>
  close: () => Promise<void>
}

/** Starts a file in a process of its own, with flags for Node. */
export function startChild(file: URL, args: string[] = [], execArgv: string[] = []): Child {
  const child: ChildProcess = fork(file, args, { execArgv })
  const failed = once(child, 'exit').then(() => {
    throw new Error(`${basename(file.pathname)} ended before its work was done.`)
  })
  failed.catch(() => {})
  return {
    ask: async <T>(request: object) => {
      const answered = once(child, 'message')
      child.send(request)
      const [reply] = (await Promise.race([answered, failed])) as [T]
      return reply
    },
    close: async () => {
      child.disconnect()
      await failed.catch(() => {})
    },
  }
}

/** The other side: answers each request that comes, and ends with its parent. */
export function answerParent(answer: (request: Record<string, unknown>) => Promise<object>): void {
  process.on('message', (request: Record<string, unknown>) => {
    void answer(request).then((reply) => process.send?.(reply))
  })
  process.on('disconnect', () => process.exit())
}
