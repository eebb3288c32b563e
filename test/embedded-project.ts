import { defineProject } from 'vitest/config'

/**
 * For projects whose tests open and close many embedded databases in one process. V8's bookkeeping of WebAssembly code
 * ends such a process now and then (`Check failed: jit_page.has_value()`, nodejs/node#64500). Without compilation in
 * the background, and without guarded pages, there is nothing to race.
 */
export default defineProject({
  test: {
    execArgv: ['--no-memory-protection-keys', '--wasm-num-compilation-tasks=0'],
    // An embedded database that is opened within a test takes seconds on a machine that is busy.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
