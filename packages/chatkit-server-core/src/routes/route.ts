import type { RequestOf, RequestType } from '../protocol/requests.ts'
import type { RunReader } from '../runs/run-feed.ts'
import type { TurnRunner } from '../runs/turn-runner.ts'
import type { TurnStore } from '../store/turn-store.ts'

/** What every route works with: bound to who is asking, so that no route can reach anybody else's rows. */
export interface RouteContext {
  store: TurnStore
  turns: TurnRunner
}

/** The answer to a request: one JSON value, or the events of a run that has begun. */
export type Reply = { kind: 'json'; value: unknown } | { kind: 'stream'; reader: RunReader }

/** Prepares and answers one operation. Rejects with a `ChatKitError` as long as nothing was written. */
export type Route<T extends RequestType> = (request: RequestOf<T>, context: RouteContext) => Promise<Reply>
