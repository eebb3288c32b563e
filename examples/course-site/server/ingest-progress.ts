import type { IngestProgress } from '@robolearn/rag-tool'

const WIDTH = 24

export interface ProgressOutput {
  isTTY?: boolean
  write: (text: string) => unknown
}

/**
 * Shows on a terminal how far the ingest is, in one line that is written over and over, and removed at the end. Does
 * nothing where nobody watches: whole lines are the log's affair.
 */
export function showProgress(output: ProgressOutput): {
  on: (progress: IngestProgress) => void
  end: () => void
} {
  if (!output.isTTY) return { on: () => {}, end: () => {} }
  let isShown = false
  return {
    on: ({ done, total = done, outcome }) => {
      // What is skipped takes no time that could be shown.
      if (outcome === 'unchanged' && !isShown) return
      isShown = true
      const full = Math.round((done / total) * WIDTH)
      output.write(`\r\x1B[KLessons ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${done} of ${total}`)
    },
    end: () => {
      if (isShown) output.write('\r\x1B[K')
    },
  }
}
