/**
 * Something that a model or a tool did, told to whoever drives the server, over a channel that is not the server's.
 * `atNs` is the machine's monotonic clock, the same for all its processes.
 */
export interface CallNote {
  kind: 'call'
  /** One for the beginning, the signal and the end of a call. */
  callId: string
  what: 'model' | 'tool'
  phase: 'begun' | 'signalled' | 'ended'
  threadId: string
  runId: string
  atNs: string
}

export type NoteCall = (note: CallNote) => void

export const nowNs = (): bigint => process.hrtime.bigint()
