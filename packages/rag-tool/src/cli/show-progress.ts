import type { IngestProgress } from '../index/ingest.ts'
import type { Call } from './command.ts'
import { printable } from './printable.ts'

export interface Progress {
  tell: (step: IngestProgress) => void
  /** Must be called, whatever happened. */
  end: () => void
}

const BAR_CHARS = 24

/** A bar on a terminal; elsewhere a line for each document that was not as it had been, unless results are JSON. */
export function showProgress({ stderr, json }: Pick<Call, 'stderr' | 'json'>, total: number): Progress {
  if (!stderr.isTTY)
    return {
      tell: ({ id, outcome }) => {
        if (!json && outcome !== 'unchanged') stderr.write(`${outcome} ${printable(id)}\n`)
      },
      end: () => {},
    }
  return {
    tell: ({ done, id }) => {
      const filled = Math.min(BAR_CHARS, Math.round((BAR_CHARS * done) / Math.max(total, 1)))
      const bar = '█'.repeat(filled) + '░'.repeat(BAR_CHARS - filled)
      const line = `${bar} ${done}/${total} ${printable(id)}`
      const room = (stderr.columns ?? 80) - 1
      stderr.write(`\r\u001B[K${line.slice(0, room).toWellFormed()}`)
    },
    end: () => stderr.write('\r\u001B[K'),
  }
}
