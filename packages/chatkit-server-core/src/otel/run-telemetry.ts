import {
  SpanKind,
  SpanStatusCode,
  type Counter,
  type Histogram,
  type Meter,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import type { RunEnd } from '../runs/run-manager.ts'
import type { RunOutcome } from '../runs/run-closer.ts'

/** Whether a run has ended as somebody wanted it to. */
const IS_FAULT: Record<RunOutcome, boolean> = {
  completed: false,
  stopped: false,
  failed: true,
  interrupted: true,
  lost: false,
}

/** A span and durations of each run, from its start to its end, whoever reads it. */
export class RunTelemetry {
  readonly #tracer: Tracer
  readonly #duration: Histogram
  readonly #firstEvent: Histogram
  readonly #events: Counter
  readonly #spans = new Map<string, Span>()

  constructor(tracer: Tracer, meter: Meter) {
    this.#tracer = tracer
    this.#duration = meter.createHistogram('chatkit.run.duration', {
      description: 'From the start of an answer to its end.',
      unit: 's',
    })
    this.#firstEvent = meter.createHistogram('chatkit.run.first_event', {
      description: 'From the start of an answer to the first event that respond() gave.',
      unit: 's',
    })
    this.#events = meter.createCounter('chatkit.run.events', {
      description: 'Events of answers that have ended.',
      unit: '{event}',
    })
  }

  started({ runId, threadId }: { runId: string; threadId: string }): void {
    const attributes = { 'chatkit.run.id': runId, 'chatkit.thread.id': threadId }
    this.#spans.set(runId, this.#tracer.startSpan('chatkit run', { kind: SpanKind.INTERNAL, attributes }))
  }

  ended({ runId, status, durationMs, firstEventMs, events }: RunEnd): void {
    const attributes = { 'chatkit.run.status': status }
    this.#duration.record(durationMs / 1000, attributes)
    if (firstEventMs !== undefined) this.#firstEvent.record(firstEventMs / 1000)
    this.#events.add(events, attributes)
    const span = this.#spans.get(runId)
    this.#spans.delete(runId)
    span?.setAttributes({ ...attributes, 'chatkit.run.events': events })
    if (firstEventMs !== undefined) span?.setAttribute('chatkit.run.first_event_ms', firstEventMs)
    if (IS_FAULT[status]) span?.setStatus({ code: SpanStatusCode.ERROR })
    span?.end()
  }
}
