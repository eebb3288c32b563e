import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRecordings } from '../../chatkit-server-core/test/conformance/recording.ts'
import { replay } from './conformance/replay.ts'

describe('does what the reference’s bridge did', () => {
  it.each(readRecordings(join(import.meta.dirname, 'fixtures/conformance')))('$name', async ({ text }) => {
    expect(await replay(text)).toBe(undefined)
  })

  it('and a recording of something else fails', async () => {
    const [file] = readRecordings(join(import.meta.dirname, 'fixtures/conformance'))
    const mutated = (file?.text ?? '').replace('"stored"', '"Stored"')
    await expect(replay(mutated)).rejects.toThrow('its step has "Stored", which the replay does not know')
    await expect(replay('{"name":"x"}')).rejects.toThrow('it is not a recording')
  })
})
