// Runs inside an edge runtime: everything that it imports has to do without Node.
import { DOORS } from '../conformance/doors.ts'
import type { Recording } from '../conformance/recording.ts'
import { replay } from '../conformance/replay.ts'
import { STORES } from '../conformance/stores.ts'

/** Replays a recording, given as JSON, on every store over HTTP, and gives the first difference of each as JSON. */
async function edgeReplay(json: string): Promise<string> {
  const recording = JSON.parse(json) as Recording
  const [, http] = DOORS
  const differences: unknown[] = []
  for (const store of STORES) {
    const difference = http && (await replay(recording, { store, door: http }))
    if (difference !== undefined) differences.push(`${store.name}: ${difference}`)
  }
  return JSON.stringify(differences)
}

Object.assign(globalThis, { edgeReplay })
