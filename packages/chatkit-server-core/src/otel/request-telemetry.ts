import {
  SpanKind,
  SpanStatusCode,
  type Counter,
  type Histogram,
  type Meter,
  type Tracer,
} from '@opentelemetry/api'
import { ERRORS } from '../errors.ts'
import type { RequestEnd } from '../server-hooks.ts'

/** A span, a duration and, where it was refused, a count of each request. */
export class RequestTelemetry {
  readonly #tracer: Tracer
  readonly #duration: Histogram
  readonly #refusals: Counter

  constructor(tracer: Tracer, meter: Meter) {
    this.#tracer = tracer
    this.#duration = meter.createHistogram('chatkit.request.duration', {
      description: 'From the arrival of a request to its reply; of a stream, to its beginning.',
      unit: 's',
    })
    this.#refusals = meter.createCounter('chatkit.request.refusals', {
      description: 'Requests that were refused, by code.',
      unit: '{request}',
    })
  }

  /** Known at its end only; the span is dated back. */
  ended({ requestId, type: known, outcome, durationMs }: RequestEnd): void {
    const type = known ?? 'unknown'
    const attributes = { 'chatkit.request.type': type, 'chatkit.outcome': outcome }
    this.#duration.record(durationMs / 1000, attributes)
    if (outcome !== 'ok') this.#refusals.add(1, { 'chatkit.request.type': type, 'chatkit.code': outcome })
    const endMs = Date.now()
    const span = this.#tracer.startSpan(`chatkit ${type}`, {
      kind: SpanKind.INTERNAL,
      startTime: endMs - durationMs,
      attributes: { ...attributes, ...(requestId === undefined ? {} : { 'chatkit.request.id': requestId }) },
    })
    // A refusal is an answer; only what this server could not do is an error of its own.
    if (outcome !== 'ok' && ERRORS[outcome].status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(endMs)
  }
}
