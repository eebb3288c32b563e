import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../errors.ts'

const SQLITE_BUSY = 5

/**
 * Locks a folder for this thread, against other processes and against other threads of this one, and gives the
 * function that unlocks it. Rejects with a `StoreError` (`folder_in_use`) when it is locked.
 *
 * The lock is that of an empty SQLite database: the operating system holds it, so it ends with the process
 * however that ends, needs no cleaning up, and works across containers, where process ids mean nothing.
 */
export function lockFolder(folder: string): () => void {
  const lock = new DatabaseSync(join(folder, 'lock'))
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) {
      throw new StoreError(
        'folder_in_use',
        `The embedded database in "${folder}" is open already, in this process or another one, and two that write to it would destroy it. Close the other one, share its \`db\`, or use another folder.`,
      )
    }
    throw error
  }
  return () => lock.close()
}
