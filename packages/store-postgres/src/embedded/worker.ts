import { parentPort, workerData } from 'node:worker_threads'
import { toFailure, type WorkerReply, type WorkerRequest } from './messages.ts'
import { openPGlite, type OpenedPGlite } from './open-pglite.ts'

const reply = (message: WorkerReply): void => parentPort?.postMessage(message, [])

async function answer({ pglite, close }: OpenedPGlite, request: WorkerRequest): Promise<void> {
  const { id } = request
  try {
    if (request.type === 'query') {
      const { rows, affectedRows } = await pglite.query(request.sql, [...request.parameters])
      reply({ id, rows, affectedRows })
    } else {
      await close()
      reply({ id, rows: [], affectedRows: undefined })
      parentPort?.close()
    }
  } catch (error) {
    reply({ id, failure: toFailure(error) })
  }
}

try {
  const opened = await openPGlite(workerData)
  // One after the other, so that `close` comes after everything that was sent before it.
  let last = Promise.resolve()
  parentPort?.on('message', (request: WorkerRequest) => {
    last = last.then(() => answer(opened, request))
  })
  reply({ id: 0, rows: [], affectedRows: undefined })
} catch (error) {
  reply({ id: 0, failure: toFailure(error) })
}
