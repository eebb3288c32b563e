import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Extension, PGlite } from '@electric-sql/pglite'
import { StoreError } from '../errors.ts'
import { lockFolder } from './lock-folder.ts'
import type { EmbeddedExtension, WorkerInput } from './messages.ts'

export interface OpenedPGlite {
  pglite: PGlite
  close: () => Promise<void>
}

/** Opens the database in a folder, which is made when it is missing, and holds the folder's lock until `close`. */
export async function openPGlite({ folder, extensions: names }: WorkerInput): Promise<OpenedPGlite> {
  const { PGlite: Database } = await fromPackage('@electric-sql/pglite', () => import('@electric-sql/pglite'))
  const extensions: Record<string, Extension> = {}
  for (const name of names) extensions[name] = await EXTENSIONS[name]()
  if (folder === undefined) {
    const pglite = await Database.create({ extensions })
    return { pglite, close: () => pglite.close() }
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(folder)
  try {
    const dataDir = join(folder, 'postgres')
    if (!existsSync(dataDir)) {
      // Made under another name first: a process killed halfway leaves nothing that looks like a database.
      const unfinished = join(folder, 'postgres.new')
      rmSync(unfinished, { recursive: true, force: true })
      const made = await Database.create({ dataDir: unfinished })
      await made.close()
      renameSync(unfinished, dataDir)
    }
    const pglite = await Database.create({ dataDir, extensions })
    return { pglite, close: () => pglite.close().finally(unlock) }
  } catch (error) {
    unlock()
    throw error
  }
}

const EXTENSIONS = {
  vector: async () =>
    (await fromPackage('@electric-sql/pglite-pgvector', () => import('@electric-sql/pglite-pgvector')))
      .vector,
} satisfies Record<EmbeddedExtension, () => Promise<Extension>>

async function fromPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new StoreError(
      'package_missing',
      `The embedded database needs the package "${name}", which is not installed. Run: npm install ${name}`,
      { cause: error },
    )
  }
}
