import { MemoryThreads } from './memory-threads.ts'
import { MemoryRuns, type MemoryRunsOptions } from './with-memory-runs.ts'

/** Keeps everything in this process and nothing after it: for tests, for trying out, for the shortest example. */
export class MemoryStore<TContext = unknown> extends MemoryRuns<TContext> {
  constructor(options: MemoryRunsOptions = {}) {
    super(new MemoryThreads(), options)
  }
}
