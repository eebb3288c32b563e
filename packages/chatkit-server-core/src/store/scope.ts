/** Who is asking. Made by the server from `owner(context)`; the last argument of every store method. */
export interface Scope<TContext = unknown> {
  /** The id of the person or account whose rows these are. */
  readonly owner: string
  /** Where several customers share one database: the customer. Rows of another tenant do not exist. */
  readonly tenant?: string
  /** The context that `authenticate` returned, for stores that need more than an id. */
  readonly context: TContext
}

/** What `owner(context)` may return: an owner's id, or the id with its tenant. */
export type OwnerOf = string | { owner: string; tenant?: string }
