import { DOORS } from './doors.ts'
import { parseRecording } from './recording.ts'
import { replay, type StoreFactory } from './replay.ts'

/**
 * Replays a recording, given as its file's text, on every store and by every door. Gives what differs, as
 * `store by door: path: expected …, got …`, or what about the file is no recording; nothing where it passes.
 */
export async function replayEverywhere(text: string, stores: readonly StoreFactory[]): Promise<string[]> {
  const differences: string[] = []
  for (const store of stores) {
    for (const door of DOORS) {
      const difference = await replay(parseRecording(text), { store, door }).catch(
        (error: unknown) => `the replay broke: ${error instanceof Error ? error.message : String(error)}`,
      )
      if (difference !== undefined) differences.push(`${store.name} by ${door.name}: ${difference}`)
    }
  }
  return differences
}
