import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The tests that a patch says will notice, in a line before it: `Tests: fencing contract`. They are parts of the names
 * of files in the folder. Where it says nothing, all of the folder: another test may notice sooner or later.
 */
export async function namedTests(patch: string, folder: string): Promise<string[]> {
  const [, names] = /^Tests: (.+)$/m.exec(await readFile(patch, 'utf8')) ?? []
  return names === undefined ? [folder] : names.split(' ').map((name) => join(folder, name))
}
