import { isAbsolute, join } from 'node:path'
import { replay as replayAgent } from '../packages/agent-openai/test/conformance/replay.ts'
import { readRecordings } from '../packages/chatkit-server-core/test/conformance/recording.ts'
import { replayEverywhere } from '../packages/chatkit-server-core/test/conformance/replay-everywhere.ts'
import { STORES } from '../packages/chatkit-server-core/test/conformance/stores.ts'

// Replays the recordings of the reference: one line a recording, then `N passed, N failed`.

interface RecordingSet {
  home: string
  /** Gives the first difference, if there is one; rejects where the file is no recording. */
  replay: (text: string) => Promise<string | undefined>
}

const SETS: Record<string, RecordingSet> = {
  core: {
    home: 'chatkit-server-core',
    replay: async (text) => (await replayEverywhere(text, STORES))[0],
  },
  agent: { home: 'agent-openai', replay: replayAgent },
}

async function main(name = ''): Promise<void> {
  const set = Object.hasOwn(SETS, name) ? SETS[name] : undefined
  if (!set) throw new Error(`Say which recordings: ${Object.keys(SETS).join(' or ')}, not "${name}".`)
  const folder =
    process.env.CONFORMANCE_DIR ||
    join(import.meta.dirname, '../packages', set.home, 'test/fixtures/conformance')
  if (!isAbsolute(folder)) throw new Error(`CONFORMANCE_DIR must be an absolute path, not "${folder}".`)
  const files = readRecordings(folder)
  let failed = 0
  for (const file of files) {
    const difference = await set.replay(file.text).catch(messageOf)
    if (difference !== undefined) failed += 1
    console.log(difference === undefined ? `pass ${file.name}` : `FAIL ${file.name}: ${difference}`)
  }
  console.log(`${files.length - failed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

await main(process.argv[2]).catch((error: unknown) => {
  console.error(messageOf(error))
  process.exitCode = 1
})
