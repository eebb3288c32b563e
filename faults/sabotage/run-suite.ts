import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

const TIME_LIMIT_MS = 300_000

export interface SuiteResult {
  passed: boolean
  /** The first test that failed, or what else ended the run. */
  failure?: string
}

/** What this reads of the report that vitest writes. */
interface Report {
  testResults: {
    name: string
    message: string
    assertionResults: { fullName: string; status: string }[]
  }[]
}

export interface SuiteOptions {
  /** Beginnings of the paths of test files, from the root of the repository. */
  tests: string[]
  /** A server for those that need one: it is started once, not for each run. */
  databaseUrl?: string | undefined
}

/** Runs tests in a copy of the repository, until the first that fails. */
export async function runSuite(copy: string, { tests, databaseUrl }: SuiteOptions): Promise<SuiteResult> {
  const reportPath = join(copy, 'sabotage-report.json')
  const exit = await runTests(copy, [...tests, '--outputFile', reportPath], {
    ...process.env,
    TEST_DATABASE_URL: databaseUrl,
    PROPERTY_SHRINK: 'no',
  })
  if (exit === 0) return { passed: true }
  const failure =
    exit === 'too long' ? `no end within ${TIME_LIMIT_MS / 1000} s` : await firstFailure(reportPath)
  await rm(reportPath, { force: true })
  return { passed: false, failure }
}

function runTests(
  root: string,
  which: string[],
  env: NodeJS.ProcessEnv,
): Promise<number | null | 'too long'> {
  // One process for all files: half the time, and the untouched code was seen to pass that way.
  const how = ['--config', 'vitest.workspace.ts', '--bail', '1', '--no-isolate', '--reporter', 'json']
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...how, ...which]
  return new Promise((resolve, reject) => {
    // A process group of its own: a worker that spins would outlive vitest.
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'ignore', detached: true })
    let late = false
    const timer = setTimeout(() => {
      late = true
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, TIME_LIMIT_MS)
    child.on('error', reject)
    child.on('exit', (code) => {
      clearTimeout(timer)
      resolve(late ? 'too long' : code)
    })
  })
}

async function firstFailure(reportPath: string): Promise<string> {
  const text = await readFile(reportPath, 'utf8').catch(() => undefined)
  if (text === undefined) return 'a run that wrote no report'
  const { testResults } = JSON.parse(text) as Report
  for (const { name, message, assertionResults } of testResults) {
    const file = name.split('/').at(-1)
    const failed = assertionResults.find(({ status }) => status === 'failed')
    if (failed) return `${file}: ${failed.fullName}`
    if (message) return `${file}: ${message.split('\n')[0]}`
  }
  return 'an error outside of every test'
}
