import { readdirSync, readFileSync } from 'node:fs'

/** How finely Linux tells of CPU times in /proc, on every machine. */
const TICKS_PER_SECOND = 100

/**
 * CPU seconds of a process, of its children that are there, and of those that it has seen end. From Linux's /proc;
 * NaN where there is none.
 */
export function processTreeCpuSeconds(pid: number): number {
  const own = readStat(pid)
  if (!own) return Number.NaN
  let ticks = own.ticks + own.ticksOfEnded
  for (const name of readdirSync('/proc')) {
    const other = /^\d+$/.test(name) ? readStat(Number(name)) : undefined
    if (other?.parent === pid) ticks += other.ticks
  }
  return ticks / TICKS_PER_SECOND
}

function readStat(pid: number): { parent: number; ticks: number; ticksOfEnded: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name stands in parentheses and may hold anything; what follows it begins with field 3.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const field = (n: number): number => Number(fields[n - 3])
    return { parent: field(4), ticks: field(14) + field(15), ticksOfEnded: field(16) + field(17) }
  } catch {
    return undefined
  }
}
