import type { BusyPolicy, RunLimits } from '@robolearn/chatkit-server-core'
import type { CallNote } from '../model/call.ts'

/** How a server process is started. Travels as JSON. */
export interface NodeSettings {
  databaseUrl: string
  /** Where the node listens for notifications, where that is not `databaseUrl`. */
  listenUrl?: string
  leaseMs: number
  limits: Partial<RunLimits>
  onBusy: BusyPolicy
  /** How far the clock of the process is from that of the machine. */
  clockOffsetMs: number
  /** How long answers may go on when it is told to end. */
  graceMs: number
}

/** What a server process says to the one that has started it. */
export type NodeMessage =
  | { kind: 'ready'; port: number }
  | CallNote
  /** What it has reported to its operators. */
  | { kind: 'error'; text: string }
  /** Everything is closed: from here on nothing may keep the process alive. */
  | { kind: 'closed' }
