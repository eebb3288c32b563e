import type { OperatorHooks, RunEnd, ServerCounters } from '@robolearn/chatkit-server-core'
import type { IngestReport } from '@robolearn/rag-tool'
import { Histogram } from './histogram.ts'
import { prometheusText, type Sample } from './prometheus-text.ts'

export interface Metrics {
  /** For the server's `hooks`. */
  hooks: Pick<OperatorHooks<unknown>, 'onRequest' | 'onRunStart' | 'onRunEnd'>
  firstWords: (ms: number) => void
  ingested: (report: IngestReport) => void
  feedback: (kind: 'positive' | 'negative') => void
  /** Everything in Prometheus' text format: counts, durations, sizes; no id and no text of anybody. */
  text: (counters: ServerCounters) => string
}

/** What this process has done, for dashboards. */
export function createMetrics(): Metrics {
  const ended = new Map<RunEnd['status'], number>()
  const refused = new Map<string, number>()
  const feedback = new Map<string, number>()
  const lessons = new Map<string, number>()
  const duration = new Histogram({
    name: 'course_answer_seconds',
    help: 'From the start of an answer to its end.',
  })
  const firstWords = new Histogram({
    name: 'course_first_words_seconds',
    help: 'From the start of an answer to its first word.',
  })
  let started = 0
  return {
    hooks: {
      onRequest: ({ outcome }) => {
        if (outcome !== 'ok') increase(refused, outcome)
      },
      onRunStart: () => {
        started += 1
      },
      onRunEnd: ({ status, durationMs }) => {
        increase(ended, status)
        duration.observe(durationMs / 1000)
      },
    },
    firstWords: (ms) => firstWords.observe(ms / 1000),
    ingested: ({ added, updated, unchanged, removed, failed }) => {
      const counts = { added, updated, unchanged, removed, failed: failed.length }
      for (const [outcome, count] of Object.entries(counts)) lessons.set(outcome, count)
    },
    feedback: (kind) => increase(feedback, kind),
    text: ({ activeRuns, readers, eventsWritten }) => {
      const { rss, heapUsed } = process.memoryUsage()
      const parts = [
        counter('course_answers_started_total', 'Answers that were begun.', [{ value: started }]),
        counter('course_answers_ended_total', 'Answers that have ended.', samples(ended, 'status')),
        counter('course_requests_refused_total', 'Requests that were refused.', samples(refused, 'code')),
        counter('course_feedback_total', 'Answers that were judged.', samples(feedback, 'kind')),
        counter('course_events_written_total', 'Events that were stored.', [{ value: eventsWritten }]),
        gauge('course_answers_active', 'Answers that are being written.', [{ value: activeRuns }]),
        gauge('course_streams_open', 'Connections that follow an answer.', [{ value: readers }]),
        gauge('course_lessons_ingested', 'Lessons at the last start.', samples(lessons, 'outcome')),
        gauge('process_resident_memory_bytes', 'Memory of the process.', [{ value: rss }]),
        gauge('nodejs_heap_used_bytes', 'Memory of its objects.', [{ value: heapUsed }]),
        duration.text(),
        firstWords.text(),
      ]
      return `${parts.join('\n')}\n`
    },
  }
}

const counter = (name: string, help: string, of: readonly Sample[]): string =>
  prometheusText({ name, help, type: 'counter', samples: of })

const gauge = (name: string, help: string, of: readonly Sample[]): string =>
  prometheusText({ name, help, type: 'gauge', samples: of })

const increase = (counts: Map<string, number>, key: string): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1)

const samples = (counts: ReadonlyMap<string, number>, label: string): Sample[] =>
  [...counts].map(([value, count]) => ({ labels: { [label]: value }, value: count }))
