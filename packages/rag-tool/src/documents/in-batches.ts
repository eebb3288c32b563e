export interface BatchLimits<T> {
  maxCount: number
  /** What the weights of a batch may come to; one that weighs more by itself is a batch. */
  maxWeight: number
  weigh: (one: T) => number
  /** How long to wait for more after the first of a batch. */
  maxWaitMs: number
}

/**
 * What a source gives, several at a time, without running ahead by more than one. An error of the source comes after
 * all that it gave before, and leaving the loop ends the source.
 */
export async function* inBatches<T>(
  source: Iterable<T> | AsyncIterable<T>,
  { maxCount, maxWeight, weigh, maxWaitMs }: BatchLimits<T>,
): AsyncGenerator<T[], void, undefined> {
  const iterator = iteratorOf(source)
  // Its rejection is met by whoever awaits it, which may be later.
  const pull = (): Promise<IteratorResult<T, unknown>> => {
    const pulled = Promise.resolve().then(() => iterator.next())
    pulled.catch(() => {})
    return pulled
  }
  let ended = false
  try {
    let next = pull()
    for (;;) {
      const first = await next.catch((error: unknown) => {
        ended = true
        throw error
      })
      if (first.done) {
        ended = true
        return
      }
      const batch = [first.value]
      let weight = weigh(first.value)
      next = pull()
      const waited = timer(maxWaitMs)
      while (batch.length < maxCount) {
        const more = await Promise.race([next.catch(() => undefined), waited.over])
        if (!more || more.done || weight + weigh(more.value) > maxWeight) break
        batch.push(more.value)
        weight += weigh(more.value)
        next = pull()
      }
      waited.stop()
      yield batch
    }
  } finally {
    if (!ended) await iterator.return?.()
  }
}

function iteratorOf<T>(source: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
}

function timer(ms: number): { over: Promise<undefined>; stop: () => void } {
  let stop = (): void => {}
  const over = new Promise<undefined>((resolve) => {
    const timeout = setTimeout(resolve, ms, undefined)
    stop = () => clearTimeout(timeout)
  })
  return { over, stop }
}
