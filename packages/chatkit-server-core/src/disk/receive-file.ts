import { createWriteStream } from 'node:fs'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UploadRefusal } from './upload-refusal.ts'

export interface ReceiveLimits {
  /** How many bytes may come; one more ends it. */
  maxBytes: number
  /** How long no byte may come. */
  stallMs: number
  signal?: AbortSignal | undefined
}

/**
 * Writes what comes to a new file, no faster than the disk takes it, and gives its size when it is safe there.
 * Rejects with an `UploadRefusal` where it is too much (`file_too_large`), comes too slowly (`upload_timeout`) or
 * breaks off (`file_incomplete`); what was written stays for the caller to remove.
 */
export async function receiveFile(body: Readable, path: string, limits: ReceiveLimits): Promise<number> {
  const { maxBytes, stallMs, signal } = limits
  let size = 0
  const counting = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      size += chunk.byteLength
      stall.refresh()
      if (size > maxBytes)
        done(new UploadRefusal('file_too_large', { key: 'file_over_announced', facts: { maxBytes } }))
      else done(null, chunk)
    },
  })
  const stall = setTimeout(() => {
    counting.destroy(new UploadRefusal('upload_timeout', { key: 'upload_stalled' }))
  }, stallMs)
  try {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })
    await pipeline(body, counting, file, signal ? { signal } : {})
    return size
  } catch (error) {
    if (error instanceof UploadRefusal || isOfDisk(error)) throw error
    throw new UploadRefusal('file_incomplete', { key: 'upload_broke_off' })
  } finally {
    clearTimeout(stall)
  }
}

/** A full or unwritable disk is the server's fault: it has a system call's name and a path. */
const isOfDisk = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && (error.syscall === 'open' || error.syscall === 'write')
