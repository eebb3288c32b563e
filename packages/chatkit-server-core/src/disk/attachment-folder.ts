import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const recordSchema = z.object({
  id: z.string(),
  owner: z.string(),
  tenant: z.string().optional(),
  name: z.string(),
  mime_type: z.string(),
  /** In bytes, as announced; the file has exactly as many. */
  size: z.number(),
  created_at: z.string(),
})

/** What is known of an attachment besides its bytes. */
export type AttachmentRecord = z.infer<typeof recordSchema>

type Whose = Pick<AttachmentRecord, 'owner' | 'tenant'>

/**
 * The files of a folder: `files/ab/cdef….bin` with a record `.json` beside it, named by a hash of the id and by
 * nothing that a client chose; `owners/…` with an empty file for each attachment, whose name holds its size;
 * `incoming` for what is being received. Several processes may share it.
 */
export class AttachmentFolder {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The record, or undefined where there is none. */
  async record(id: string): Promise<AttachmentRecord | undefined> {
    return readRecord(`${this.#path(id)}.json`)
  }

  async save(record: AttachmentRecord): Promise<void> {
    const path = this.#path(record.id)
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
    await mkdir(this.#ownerFolder(record), { recursive: true, mode: 0o700 })
    await writeFile(this.#marker(record), '', { mode: 0o600 })
    const temporary = await this.incoming()
    await writeFile(temporary, JSON.stringify(record), { mode: 0o600, flush: true })
    await rename(temporary, `${path}.json`)
  }

  /** How much an owner has, with what was announced. */
  async usageOf(whose: Whose): Promise<{ files: number; bytes: number }> {
    const names = (await readdir(this.#ownerFolder(whose)).catch(nothingThere)) ?? []
    const bytes = names.reduce((sum, name) => sum + Number(name.split('.')[1] ?? 0), 0)
    return { files: names.length, bytes }
  }

  /** A path for something that is not whole yet. */
  async incoming(): Promise<string> {
    const folder = join(this.#folder, 'incoming')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return join(folder, randomUUID())
  }

  /** Moves a received file to its place; false where there is one, or where the attachment was deleted meanwhile. */
  async place(received: string, id: string): Promise<boolean> {
    const path = this.filePath(id)
    try {
      // Unlike a rename it fails where another upload was faster.
      await link(received, path)
    } catch (error) {
      if (isCode(error, 'EEXIST')) return false
      throw error
    }
    await rm(received, { force: true })
    if (await this.record(id)) return true
    await rm(path, { force: true })
    return false
  }

  filePath(id: string): string {
    return `${this.#path(id)}.bin`
  }

  /** The size of the file, or undefined where none was uploaded. */
  async sizeOf(id: string): Promise<number | undefined> {
    return (await stat(this.filePath(id)).catch(nothingThere))?.size
  }

  async delete(record: AttachmentRecord): Promise<void> {
    const path = this.#path(record.id)
    // The record first: an upload that ends meanwhile looks for it.
    for (const one of [`${path}.json`, `${path}.bin`, this.#marker(record)]) await rm(one, { force: true })
  }

  async deleteOwner(whose: Whose): Promise<number> {
    const folder = this.#ownerFolder(whose)
    const names = (await readdir(folder).catch(nothingThere)) ?? []
    for (const name of names) {
      const path = this.#hashedPath(name.split('.')[0] ?? '')
      for (const one of [`${path}.json`, `${path}.bin`, join(folder, name)]) await rm(one, { force: true })
    }
    return names.length
  }

  /** All records, in no order. */
  async *records(): AsyncGenerator<AttachmentRecord> {
    const files = join(this.#folder, 'files')
    for (const part of (await readdir(files).catch(nothingThere)) ?? []) {
      for (const name of await readdir(join(files, part))) {
        const record = name.endsWith('.json') ? await readRecord(join(files, part, name)) : undefined
        if (record) yield record
      }
    }
  }

  /**
   * Removes what is older than that and has no record: uploads that never ended, and what a process left that died
   * while it saved or deleted.
   */
  async removeStraysBefore(date: Date): Promise<void> {
    const isStray = async (parent: string, name: string): Promise<boolean> => {
      if (parent.endsWith('incoming')) return true
      const isFile = name.endsWith('.bin')
      if (name.endsWith('.json')) return false
      const record = isFile ? join(parent, name.slice(0, -4)) : this.#hashedPath(name.split('.')[0] ?? '')
      return (await stat(`${record}.json`).catch(nothingThere)) === undefined
    }
    for await (const [parent, name] of this.#all()) {
      const path = join(parent, name)
      const changed = (await stat(path).catch(nothingThere))?.mtime
      if (changed && changed < date && (await isStray(parent, name))) await rm(path, { force: true })
    }
  }

  /** Every file, as its folder and its name. */
  async *#all(): AsyncGenerator<[string, string]> {
    const incoming = join(this.#folder, 'incoming')
    const parents = [incoming]
    for (const room of ['files', 'owners'].map((name) => join(this.#folder, name))) {
      for (const part of (await readdir(room).catch(nothingThere)) ?? []) parents.push(join(room, part))
    }
    for (const parent of parents) {
      for (const name of (await readdir(parent).catch(nothingThere)) ?? []) yield [parent, name]
    }
  }

  #path(id: string): string {
    return this.#hashedPath(hash(id))
  }

  #hashedPath(name: string): string {
    return join(this.#folder, 'files', name.slice(0, 2), name.slice(2))
  }

  #ownerFolder({ owner, tenant }: Whose): string {
    return join(this.#folder, 'owners', hash(JSON.stringify([tenant ?? null, owner])))
  }

  #marker(record: AttachmentRecord): string {
    return join(this.#ownerFolder(record), `${hash(record.id)}.${record.size}`)
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

async function readRecord(path: string): Promise<AttachmentRecord | undefined> {
  const json = await readFile(path, 'utf8').catch(nothingThere)
  return json === undefined ? undefined : recordSchema.parse(JSON.parse(json))
}

function nothingThere(error: unknown): undefined {
  if (isCode(error, 'ENOENT')) return undefined
  throw error
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
