import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRecordings } from './recording.ts'
import { replayEverywhere } from './replay-everywhere.ts'
import { STORES } from './stores.ts'

// Four servers after each other; one that hangs is cut off by its idle limit.
const TIMEOUT_MS = 60_000
const folder = process.env.CONFORMANCE_DIR || join(import.meta.dirname, '../fixtures/conformance')

describe('does what the reference server did, on every store and by every door', () => {
  it.each(readRecordings(folder))('$name', { timeout: TIMEOUT_MS }, async ({ text }) => {
    expect(await replayEverywhere(text, STORES)).toEqual([])
  })
})
