import type { BatchObservableCallback, Meter } from '@opentelemetry/api'
import type { ServerCounters } from '../runs/run-manager.ts'

interface Instrument {
  name: string
  description: string
  unit: string
  /** Whether it only ever grows. */
  isSum: boolean
}

const INSTRUMENTS: Record<keyof ServerCounters, Instrument> = {
  activeRuns: now('chatkit.runs.active', 'Answers that this process executes.', '{run}'),
  readers: now('chatkit.readers', 'Connections that follow an answer.', '{reader}'),
  waiting: now('chatkit.messages.waiting', 'Messages that wait for their thread.', '{message}'),
  unstoredEvents: now('chatkit.events.unstored', 'Events that were given and are not stored.', '{event}'),
  eventsWritten: sum('chatkit.events.written', 'Events that were stored.', '{event}'),
  flushes: sum('chatkit.events.flushes', 'Writes that stored them.', '{write}'),
}

/** Reports a server's counters with every collection, until the function that it gives is called. */
export function observeCounters(meter: Meter, server: { counters: () => ServerCounters }): () => void {
  const instruments = Object.entries(INSTRUMENTS).map(([key, { name, isSum, ...options }]) => ({
    key: key as keyof ServerCounters,
    instrument: isSum
      ? meter.createObservableCounter(name, options)
      : meter.createObservableUpDownCounter(name, options),
  }))
  const observe: BatchObservableCallback = (result) => {
    const counters = server.counters()
    for (const { key, instrument } of instruments) result.observe(instrument, counters[key])
  }
  const observed = instruments.map(({ instrument }) => instrument)
  meter.addBatchObservableCallback(observe, observed)
  return () => meter.removeBatchObservableCallback(observe, observed)
}

function now(name: string, description: string, unit: string): Instrument {
  return { name, description, unit, isSum: false }
}

function sum(name: string, description: string, unit: string): Instrument {
  return { name, description, unit, isSum: true }
}
