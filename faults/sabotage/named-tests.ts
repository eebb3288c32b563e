import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The tests that a patch says will notice, in a line before it: `Tests: fencing contract`. They are parts of the names
 * of files in the folder. Where it says nothing, all of the folder: another test may notice sooner or later.
 */
export async function namedTests(patch: string, folder: string): Promise<string[]> {
  const names = await namesIn(patch, 'Tests')
  return names.length === 0 ? [folder] : names.map((name) => join(folder, name))
}

/** The faults that a patch says will notice, each of them: `Faults: busy property`. None where it is not about runs. */
export const namedFaults = (patch: string): Promise<string[]> => namesIn(patch, 'Faults')

async function namesIn(patch: string, line: 'Tests' | 'Faults'): Promise<string[]> {
  const found = new RegExp(`^${line}: (.+)$`, 'm').exec(await readFile(patch, 'utf8'))
  return found?.[1]?.split(' ') ?? []
}
