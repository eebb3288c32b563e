import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { SuiteResult } from './run-suite.ts'

const TIME_LIMIT_MS = 300_000

/** Plays a few rounds of a fault in a copy of the repository, always the same. */
export function runFault(copy: string, fault: string): Promise<SuiteResult> {
  const args = [join(copy, 'faults/run.ts'), fault, '-n', '3', '--seed', '1']
  return new Promise((resolve, reject) => {
    // A process group of its own: the servers of a fault are not to outlive it.
    const child = spawn(process.execPath, args, {
      cwd: copy,
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    })
    let said = ''
    child.stdout.on('data', (text: Buffer) => (said += text.toString()))
    let late = false
    const timer = setTimeout(() => {
      late = true
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, TIME_LIMIT_MS)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      if (code === 0) resolve({ passed: true })
      else resolve({ passed: false, failure: late ? 'no end in time' : brokenIn(said) })
    })
  })
}

/** The first promise that was broken, without the ids that differ each time. */
function brokenIn(said: string): string {
  const line = said.split('\n').find((text) => text.includes('(again with ') || text.includes(': at rest, '))
  const promise = line?.replace(/^.*?(\(again with [^)]*\)|at rest, seed \d+): /, '')
  return (
    promise?.replaceAll(/\b([a-z]{2,5})_[0-9a-z]{20,}/g, '$1_…').slice(0, 160) ?? 'an end before any verdict'
  )
}
