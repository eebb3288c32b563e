import { mergeConfig } from 'vitest/config'
import embedded from '../../test/embedded-project.ts'

// Opening an embedded database and filling it takes seconds on a machine that is busy.
export default mergeConfig(embedded, { test: { testTimeout: 60_000, hookTimeout: 120_000 } })
