const EVERY_MS = 25

/** Asks until the answer is yes or the time is over; gives whether it was. What fails meanwhile counts as no. */
export async function waitUntil(isSo: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs
  for (;;) {
    if (await isSo().catch(() => false)) return true
    if (performance.now() > deadlineMs) return false
    await sleep(EVERY_MS)
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

/** What the promise gives, or `late` where that takes longer. */
export async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | 'late'> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
