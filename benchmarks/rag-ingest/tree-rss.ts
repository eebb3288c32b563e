import { readFileSync } from 'node:fs'

/** What this process and those that it started hold in memory; where there is no `/proc`, this one alone. */
export function treeRssMb(): number {
  let kb = process.memoryUsage.rss() / 1024
  try {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
    for (const pid of children)
      kb += Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    // The child has ended in between, or there is no such file.
  }
  return kb / 1024
}
