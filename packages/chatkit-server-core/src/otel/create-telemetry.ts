import { metrics, trace, type Meter, type Tracer } from '@opentelemetry/api'
import type { ChatKitServer } from '../server.ts'
import type { OperatorHooks } from '../server-hooks.ts'
import { observeCounters } from './observe-counters.ts'
import { RequestTelemetry } from './request-telemetry.ts'
import { RunTelemetry } from './run-telemetry.ts'

export interface TelemetryOptions<TContext> {
  /** Hooks of your own, called after those of the telemetry. */
  hooks?: OperatorHooks<TContext>
  /** Default: the tracer of the provider that is registered with `@opentelemetry/api`. */
  tracer?: Tracer
  /** Default: the meter of the provider that is registered with `@opentelemetry/api`. */
  meter?: Meter
}

export interface Telemetry<TContext> {
  /** For the `hooks` of a `ChatKitServer`. One telemetry is for one server. */
  hooks: OperatorHooks<TContext>
  /** Reports what `server.counters()` counts whenever metrics are collected. Gives a function that ends it. */
  observe: (server: Pick<ChatKitServer<TContext>, 'counters'>) => () => void
}

const NAME = '@robolearn/chatkit-server-core'

/**
 * Spans and metrics of a server for OpenTelemetry: ids, types, codes, counts and durations, never a word of a
 * conversation or of an error. Call it after your SDK was registered: instruments that
 * were made before report to nobody.
 *
 * A span of a request, or of a run, is a child of what is active where the request is answered. A run outlives its
 * request, and so does its span.
 */
export function createTelemetry<TContext>(options: TelemetryOptions<TContext> = {}): Telemetry<TContext> {
  const { hooks: own, tracer = trace.getTracer(NAME), meter = metrics.getMeter(NAME) } = options
  const requests = new RequestTelemetry(tracer, meter)
  const runs = new RunTelemetry(tracer, meter)
  return {
    hooks: {
      ...own,
      onRequest: (request) => {
        requests.ended(request)
        return own?.onRequest?.(request)
      },
      onRunStart: (run) => {
        runs.started(run)
        return own?.onRunStart?.(run)
      },
      onRunEnd: (run) => {
        runs.ended(run)
        return own?.onRunEnd?.(run)
      },
    },
    observe: (server) => observeCounters(meter, server),
  }
}
