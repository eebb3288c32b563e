import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Lanes } from '../src/lanes.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const takes = (ms: number) => () =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms)
  })

/** How many statements that each take so long are begun at once, when one was made before. */
async function atOnce(ms: number): Promise<number> {
  const lanes = new Lanes(() => {})
  const first = lanes.run(takes(ms))
  await vi.advanceTimersByTimeAsync(ms)
  await first
  let count = 0
  for (; lanes.isFree; count++) void lanes.run(takes(ms))
  return count
}

it('has one statement under way on a near database, and several on a distant one', async () => {
  expect(await atOnce(3)).toBe(1)
  expect(await atOnce(9)).toBe(1)
  expect(await atOnce(22)).toBe(3)
  expect(await atOnce(80)).toBe(4)
})

it('lets nobody wait for a statement that takes long, but for four of them', async () => {
  const onSlow = vi.fn<() => void>()
  const lanes = new Lanes(onSlow)
  const quick = lanes.run(takes(3))
  await vi.advanceTimersByTimeAsync(3)
  await quick
  for (let slow = 1; slow <= 4; slow++) {
    expect(lanes.isFree).toBe(true)
    void lanes.run(takes(60_000))
    expect(lanes.isFree).toBe(false)
    await vi.advanceTimersByTimeAsync(100)
    expect(onSlow).toHaveBeenCalledTimes(slow)
  }
  expect(lanes.isFree).toBe(false)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(lanes.isFree).toBe(true)
})
