// Breaks the code on purpose, one small patch at a time, and asks whether the tests notice.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startPostgres } from '../test/start-postgres.ts'
import { applyPatch, revertPatch } from './sabotage/apply-patch.ts'
import { copyRepository } from './sabotage/copy-repository.ts'
import { namedTests } from './sabotage/named-tests.ts'
import { runSuite } from './sabotage/run-suite.ts'

const ROOT = join(import.meta.dirname, '..')

/** The folder whose tests have to notice, by the name of the sabotages. */
const SUITES: Record<string, string> = {
  core: 'packages/chatkit-server-core/test',
  store: 'packages/store-postgres/test',
  rag: 'packages/rag-tool/test',
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
const database = process.env.TEST_DATABASE_URL ? undefined : await startPostgres()
const databaseUrl = process.env.TEST_DATABASE_URL || database?.url
let caught = 0
try {
  // What fails without a patch would pass for a catch.
  const tests = await Promise.all(patches.map((patch) => namedTests(join(folder, patch), suite)))
  const untouched = await runSuite(copy, { tests: [...new Set(tests.flat())], databaseUrl })
  if (!untouched.passed)
    console.log(`not one can be judged: ${untouched.failure} fails on the untouched code`)
  else for (const patch of patches) if (await catches(patch, suite)) caught += 1
} finally {
  await database?.stop()
  await rm(copy, { recursive: true, force: true })
}
console.log(`${caught} of ${patches.length} caught`)
process.exitCode = caught === patches.length ? 0 : 1

async function catches(patch: string, folderOfTests: string): Promise<boolean> {
  const path = join(folder, patch)
  const refusal = await applyPatch(copy, path)
  if (refusal !== undefined) {
    console.log(`${patch}: does not apply: ${refusal}`)
    return false
  }
  const tests = await namedTests(path, folderOfTests)
  const { passed, failure } = await runSuite(copy, { tests, databaseUrl })
  await revertPatch(copy, path)
  console.log(passed ? `${patch}: NOT CAUGHT` : `${patch}: caught by ${failure}`)
  return !passed
}
