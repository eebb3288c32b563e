import { defineProject } from 'vitest/config'

/** What every project's tests share. The times are for a slow machine that does much else: none is a measure. */
export default defineProject({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    // Left alone, vitest keeps one core for itself: on two cores that would be one file at a time.
    maxWorkers: '100%',
  },
})
