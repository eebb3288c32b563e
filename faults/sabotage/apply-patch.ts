import { execFile } from 'node:child_process'
import { dirname } from 'node:path'

/** Applies a patch to a folder; gives the reason where it does not fit, and changes nothing then. */
export const applyPatch = (folder: string, patch: string): Promise<string | undefined> =>
  gitApply(folder, [patch])

/** Takes a patch back that was applied. */
export async function revertPatch(folder: string, patch: string): Promise<void> {
  const refusal = await gitApply(folder, ['--reverse', patch])
  if (refusal !== undefined) throw new Error(`The patch ${patch} cannot be taken back: ${refusal}`)
}

function gitApply(folder: string, args: string[]): Promise<string | undefined> {
  // Inside of a repository git would silently leave out what lies outside of it: the folder must count as none.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder), GIT_DIR: undefined }
  return new Promise((resolve) => {
    execFile('git', ['apply', ...args], { cwd: folder, env }, (error, _stdout, stderr) =>
      resolve(error ? (stderr || error.message).trim().replaceAll('\n', '; ') : undefined),
    )
  })
}
