import { expect, it } from 'vitest'
import { generateId } from '../src/index.ts'

it('ids carry their kind, have one width, do not repeat, and sort by time as plain text', () => {
  const ids = Array.from({ length: 10_000 }, () => generateId('msg'))
  expect(new Set(ids).size).toBe(10_000)
  for (const id of ids) expect(id).toMatch(/^msg_[0-9a-hjkmnp-tv-z]{30}$/)
  const times = [0, 1, 31, 32, 1_000, 1_767_225_600_000, 1_767_225_600_001, 4_000_000_000_000]
  const byTime = times.map((time) => generateId('thr', time))
  expect(byTime.toSorted()).toEqual(byTime)
})
