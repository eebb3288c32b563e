import { availableParallelism } from 'node:os'
import { defineProject } from 'vitest/config'

/** What every project's tests share. The times are for a slow machine that does much else: none is a measure. */
export default defineProject({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    // One file more at a time than there are cores, since tests wait much, for leases and for browsers; at most four,
    // each of which may hold an embedded database. Left alone, vitest would keep one core for itself.
    maxWorkers: Math.min(availableParallelism() + 1, 4),
  },
})
