/** What one answer, one owner and one process may use. */
export interface RunLimits {
  /** How long `respond()` may give nothing. Default 5 minutes. */
  idleMs: number
  /** How long a run may take. Default 10 minutes. */
  maxRunMs: number
  /** How much a run may give, in characters: the text of its deltas, and the JSON of its other events. Default 1 MiB. */
  maxOutputBytes: number
  /** How many answers of one owner may be written at once. Default 10. */
  activeRunsPerOwner: number
  /** How long a message waits for its thread (`onBusy: 'wait'`). Default 60 s. */
  busyWaitMs: number
  /** How many messages may wait for one thread. Default 8. */
  busyWaiting: number
  /**
   * How much of all answers of the process may wait to be stored, in characters of JSON: beyond it no `respond()` is
   * asked for more. Default 64 MiB.
   */
  maxUnstoredBytes: number
}

export const DEFAULT_LIMITS: RunLimits = {
  idleMs: 300_000,
  maxRunMs: 600_000,
  maxOutputBytes: 1_048_576,
  activeRunsPerOwner: 10,
  busyWaitMs: 60_000,
  busyWaiting: 8,
  maxUnstoredBytes: 67_108_864,
}
