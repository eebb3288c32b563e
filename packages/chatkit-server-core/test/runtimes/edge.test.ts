import { join } from 'node:path'
import { EdgeVM } from '@edge-runtime/vm'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseRecording, readRecordings } from '../conformance/recording.ts'

describe('in an edge runtime, which has no module of Node and makes no code from text', () => {
  let vm: EdgeVM
  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, 'edge-replay.ts')],
      bundle: true,
      write: false,
      format: 'iife',
      // Of no platform: an import of `node:` anything cannot be resolved, and fails the test.
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['import', 'edge-light'],
    })
    vm = new EdgeVM()
    vm.evaluate(outputFiles[0]?.text ?? '')
  })

  it.each(readRecordings(join(import.meta.dirname, '../fixtures/conformance')))(
    'answers $name over HTTP as it was recorded',
    { timeout: 60_000 },
    async ({ text }) => {
      const given = JSON.stringify(JSON.stringify(parseRecording(text)))
      expect(JSON.parse(await vm.evaluate<Promise<string>>(`edgeReplay(${given})`))).toEqual([])
    },
  )
})
