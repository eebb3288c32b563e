import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const BYTES = 32

/** The key that signs session cookies: made once, kept in the data folder for the server's eyes only. */
export async function loadSessionSecret(dataDir: string): Promise<Uint8Array> {
  await mkdir(dataDir, { recursive: true })
  const path = join(dataDir, 'session-secret')
  const found = await readSecret(path)
  if (found) return found
  // Written beside and linked into place: a start that is killed half-way leaves no half of a secret, and of two
  // servers that start at once both use the one that was first.
  const draft = `${path}.${process.pid}`
  await writeFile(draft, randomBytes(BYTES).toString('base64url'), { mode: 0o600 })
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft)
  const made = await readSecret(path)
  if (!made) throw new Error(`${path} does not hold a session secret. Delete the file and start again.`)
  return made
}

async function readSecret(path: string): Promise<Uint8Array | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const secret = Buffer.from(text.trim(), 'base64url')
  if (secret.length < BYTES) {
    throw new Error(`${path} is too short to be a session secret. Delete the file and start again.`)
  }
  return secret
}
