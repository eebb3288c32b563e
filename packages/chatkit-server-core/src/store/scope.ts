/** Who is asking. Made by the server from `owner(context)`; the last argument of every store method. */
export interface Scope<TContext = unknown> {
  /** The id of the person or account whose rows these are. */
  readonly owner: string
  /** Where several customers share one database: the customer. Rows of another tenant do not exist. */
  readonly tenant?: string
  /** The context that `authenticate` returned, for stores that need more than an id. */
  readonly context: TContext
  /**
   * The run in whose name this is written, given by everything that `respond()` and its tools write. A store
   * rejects such a write with a `RunEndedError` once the run is not running any more.
   */
  readonly run?: RunRef
}

/** A run and its thread. */
export interface RunRef {
  readonly id: string
  readonly threadId: string
}

/** What `owner(context)` may return: an owner's id, or the id with its tenant. */
export type OwnerOf = string | { owner: string; tenant?: string }
