import type { Fault } from './fault.ts'
import { busy } from './faults/busy.ts'
import { clock } from './faults/clock.ts'
import { cuts } from './faults/cuts.ts'
import { drip } from './faults/drip.ts'
import { isolate } from './faults/isolate.ts'
import { kill } from './faults/kill.ts'
import { killDatabase } from './faults/kill-database.ts'
import { pause } from './faults/pause.ts'
import { pgRestart } from './faults/pg-restart.ts'
import { pooler } from './faults/pooler.ts'
import { repeat } from './faults/repeat.ts'
import { shutdown } from './faults/shutdown.ts'
import { stall } from './faults/stall.ts'
import { stop } from './faults/stop.ts'

/** Every fault, by the name that the command line knows. */
export const faults: Record<string, Fault> = {
  kill,
  'kill-database': killDatabase,
  cuts,
  stop,
  busy,
  stall,
  drip,
  shutdown,
  'pg-restart': pgRestart,
  pause,
  isolate,
  clock,
  pooler,
  repeat,
}
