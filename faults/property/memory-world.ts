import { MemoryStore } from '@robolearn/chatkit-server-core'
import type { Policy } from './model.ts'
import { ScriptedServer } from './scripted-server.ts'
import { Stage, type Person } from './stage.ts'
import { clock, countedIds, type World } from './world.ts'

let worlds = 0

/** One server that keeps everything in its process. */
export function memoryWorld(onBusy: Policy): World {
  const name = `m${++worlds}`
  const stage = new Stage()
  const store = new MemoryStore<Person>()
  const server = new ScriptedServer({ stage, node: 0, store, onBusy, clock, generateId: countedIds('m') })
  return {
    stage,
    ada: { userId: `ada ${name}` },
    servers: [server],
    store,
    // Events are kept inside of their run.
    leftovers: async () => [],
    mortal: undefined,
    close: () => server.close({ graceMs: 0 }),
  }
}
