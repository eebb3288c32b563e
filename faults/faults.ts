import type { Fault } from './fault.ts'
import { cuts } from './faults/cuts.ts'
import { kill } from './faults/kill.ts'
import { stop } from './faults/stop.ts'

/** Every fault, by the name that the command line knows. */
export const faults: Record<string, Fault> = {
  kill,
  cuts,
  stop,
}
