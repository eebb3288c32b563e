import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['packages/*', 'examples/*', '!examples/standalone', 'faults', 'faults/property', 'test'],
    globalSetup: './test/global-setup.ts',
    reporters: ['default', './scripts/plain-summary.ts'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text', 'lcov'],
      thresholds: { lines: 50 },
    },
  },
})
