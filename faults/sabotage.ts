// Breaks the code on purpose, one small patch at a time, and asks whether the tests notice. With --property only the
// test that compares threads with a model is asked, with --faults those that a patch names: a table tells what they
// said. Further words choose the patches whose names have one of them.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../test/start-postgres.ts'
import { applyPatch, revertPatch } from './sabotage/apply-patch.ts'
import { writeCaught, type Caught } from './sabotage/caught-table.ts'
import { copyRepository } from './sabotage/copy-repository.ts'
import { namedFaults, namedTests } from './sabotage/named-tests.ts'
import { runFault } from './sabotage/run-fault.ts'
import { runSuite, type SuiteResult } from './sabotage/run-suite.ts'

const ROOT = join(import.meta.dirname, '..')

/** The folder whose tests have to notice, by the name of the sabotages. */
const SUITES: Record<string, string> = {
  core: 'packages/chatkit-server-core/test',
  store: 'packages/store-postgres/test',
  agent: 'packages/agent-openai/test',
  rag: 'packages/rag-tool/test',
}

const PROPERTY = 'faults/property'
const TABLE = join(import.meta.dirname, 'sabotage/caught-by-faults.md')

const { values, positionals } = parseArgs({
  options: { property: { type: 'boolean' }, faults: { type: 'boolean' } },
  allowPositionals: true,
})
const [name = '', ...words] = positionals
const suite = SUITES[name]
if (suite === undefined) {
  console.error(`There are no sabotages "${name}": give one of ${Object.keys(SUITES).join(', ')}.`)
  process.exit(1)
}

const folder = process.env.SABOTAGE_DIR || join(import.meta.dirname, 'sabotage', name)
const isAsked = (file: string): boolean => words.length === 0 || words.some((word) => file.includes(word))
const all = (await readdir(folder)).filter((file) => file.endsWith('.patch')).toSorted()

/** A fault, or tests, that have to notice a patch. */
type Judge = { fault: string } | { tests: string[] }

async function judgesOf(patch: string, testFolder: string): Promise<Judge[]> {
  const path = join(folder, patch)
  const property = { tests: [PROPERTY] }
  if (values.property) return [property]
  if (!values.faults) return [{ tests: await namedTests(path, testFolder) }]
  return (await namedFaults(path)).map((fault) => (fault === 'property' ? property : { fault }))
}

const ask = (judge: Judge): Promise<SuiteResult> =>
  'fault' in judge ? runFault(copy, judge.fault) : runSuite(copy, { tests: judge.tests, databaseUrl })

const nameOf = (judge: Judge): string =>
  'fault' in judge ? judge.fault : judge.tests.includes(PROPERTY) ? 'property' : 'the tests'

const copy = await copyRepository(ROOT)
const database = process.env.TEST_DATABASE_URL ? undefined : await startPostgres()
const databaseUrl = process.env.TEST_DATABASE_URL || database?.url
const judged = await Promise.all(
  all.filter(isAsked).map(async (patch) => ({ patch, judges: await judgesOf(patch, suite) })),
)
const patches = judged.filter(({ judges }) => judges.length > 0)
const found: Caught[] = []
let caught = 0
try {
  // What fails without a patch would pass for a catch.
  const untouched = await firstFailure(patches.flatMap(({ judges }) => judges))
  if (untouched !== undefined) console.log(`not one can be judged: ${untouched} fails on the untouched code`)
  else for (const { patch, judges } of patches) if (await catches(patch, judges)) caught += 1
} finally {
  await database?.stop()
  await rm(copy, { recursive: true, force: true })
}
console.log(`${caught} of ${patches.length} caught`)
process.exitCode = caught === patches.length ? 0 : 1

async function firstFailure(judges: readonly Judge[]): Promise<string | undefined> {
  const tests = judges.flatMap((judge) => ('tests' in judge ? judge.tests : []))
  const faults = judges.flatMap((judge) => ('fault' in judge ? [judge.fault] : []))
  const asked: Judge[] = [...new Set(faults)].map((fault) => ({ fault }))
  if (tests.length > 0) asked.push({ tests: [...new Set(tests)] })
  for (const judge of asked) {
    const { passed, failure } = await ask(judge)
    if (!passed) return 'fault' in judge ? `${judge.fault} (${failure})` : failure
  }
  return undefined
}

/** Whether a row of the table is of a patch that there still is, or of another folder. */
function isThere(row: string): boolean {
  return !row.startsWith(`${name}/`) || all.includes(`${row.slice(name.length + 1)}.patch`)
}

/** Whether each of the judges notices it. */
async function catches(patch: string, judges: readonly Judge[]): Promise<boolean> {
  const path = join(folder, patch)
  const refusal = await applyPatch(copy, path)
  if (refusal !== undefined) {
    console.log(`${patch}: does not apply: ${refusal}`)
    return false
  }
  let isCaught = true
  for (const judge of judges) {
    const { passed, failure } = await ask(judge)
    isCaught &&= !passed
    const by = nameOf(judge)
    found.push({ patch: `${name}/${patch.replace(/\.patch$/, '')}`, by, failure })
    const who = values.faults ? ` by ${by}` : ''
    console.log(passed ? `${patch}: NOT CAUGHT${who}` : `${patch}: caught${who}: ${failure}`)
  }
  await revertPatch(copy, path)
  if (values.faults) await writeCaught(TABLE, found, isThere)
  return isCaught
}
