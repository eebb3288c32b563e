// Breaks the code on purpose, one small patch at a time, and asks whether the tests notice.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { applyPatch, revertPatch } from './sabotage/apply-patch.ts'
import { copyRepository } from './sabotage/copy-repository.ts'
import { runSuite } from './sabotage/run-suite.ts'

const ROOT = join(import.meta.dirname, '..')

/** The folder whose tests have to notice, by the name of the sabotages. */
const SUITES: Record<string, string> = {
  core: 'packages/chatkit-server-core',
  agent: 'packages/agent-openai',
}

const [name = ''] = process.argv.slice(2)
const suite = SUITES[name]
if (suite === undefined) {
  console.error(`There are no sabotages "${name}": give one of ${Object.keys(SUITES).join(', ')}.`)
  process.exit(1)
}

const folder = process.env.SABOTAGE_DIR || join(import.meta.dirname, 'sabotage', name)
const patches = (await readdir(folder)).filter((file) => file.endsWith('.patch')).toSorted()
const copy = await copyRepository(ROOT)
let caught = 0
try {
  // What fails without a patch would pass for a catch of every one.
  const untouched = await runSuite(copy, suite)
  if (!untouched.passed)
    console.log(`not one can be judged: ${untouched.failure} fails on the untouched code`)
  else for (const patch of patches) if (await catches(patch, suite)) caught += 1
} finally {
  await rm(copy, { recursive: true, force: true })
}
console.log(`${caught} of ${patches.length} caught`)
process.exitCode = caught === patches.length ? 0 : 1

async function catches(patch: string, tests: string): Promise<boolean> {
  const path = join(folder, patch)
  const refusal = await applyPatch(copy, path)
  if (refusal !== undefined) {
    console.log(`${patch}: does not apply: ${refusal}`)
    return false
  }
  const { passed, failure } = await runSuite(copy, tests)
  await revertPatch(copy, path)
  console.log(passed ? `${patch}: NOT CAUGHT` : `${patch}: caught by ${failure}`)
  return !passed
}
