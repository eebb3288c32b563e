import { cp, glob, mkdtemp, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const LEFT_BEHIND = new Set(['.git', '.data', 'coverage', 'dist', 'node_modules'])

/**
 * The working tree in a temporary folder of its own, which the caller deletes. Installed packages are not copied:
 * the links of each workspace package are, so that they lead to the copies of their neighbours.
 */
export async function copyRepository(root: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'sabotage-'))
  await cp(root, copy, {
    recursive: true,
    filter: (path) => path === root || !LEFT_BEHIND.has(basename(path)),
  })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  for await (const links of glob('{packages/*,examples/*,faults,faults/*}/node_modules', { cwd: root })) {
    await cp(join(root, links), join(copy, links), { recursive: true, verbatimSymlinks: true })
  }
  return copy
}
