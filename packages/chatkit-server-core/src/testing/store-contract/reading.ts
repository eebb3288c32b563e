import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import type { RunRef } from '../../store/scope.ts'
import type { Store } from '../../store/store.ts'
import type { StoreContractCase } from './contract-case.ts'
import { message, newOwner, newThread } from './fixtures.ts'
import { begin, end, entries, entry } from './run-fixtures.ts'

const WAKE_WITHIN_MS = 5_000

/** Resolves once a wake of the run, after `act`, finds `enough`; rejects when none does. */
async function woken(
  store: Store,
  run: RunRef,
  act: () => Promise<unknown>,
  enough: () => Promise<boolean>,
): Promise<void> {
  let wake = Promise.withResolvers<void>()
  const stop = store.watchRuns([run.id], () => wake.resolve())
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('Nothing woke the reader.')), WAKE_WITHIN_MS)
  try {
    await act()
    for (let done = false; !done; done = await enough()) {
      await Promise.race([wake.promise, late.promise])
      wake = Promise.withResolvers()
    }
  } finally {
    clearTimeout(timer)
    stop()
  }
}

export const reading: StoreContractCase[] = [
  {
    title: 'readEvents gives the events after a number, and none after the last',
    run: async (store) => {
      const scope = newOwner()
      const { run } = await begin(store, scope, { newThread: newThread() })
      await store.appendDeltas(run, entries(1, 4))
      await store.appendDeltas(run, entries(5, 7))
      for (let after = 0; after <= 7; after++) {
        const events = await store.readEvents(run.id, after, scope)
        assert.deepEqual(events?.entries, entries(after + 1, 7))
        assert.equal(events.status, 'running')
        assert.deepEqual(events.run, run)
      }
      await end(store, run, { entries: [entry(8)] })
      const events = await store.readEvents(run.id, 6, scope)
      assert.deepEqual(events?.entries, entries(7, 8))
      assert.equal(events.status, 'completed')
    },
  },
  {
    title: 'readEvents gives undefined for a run that is unknown, and for no id at all',
    run: async (store) => {
      const scope = newOwner()
      assert.equal(await store.readEvents(generateId('run'), 0, scope), undefined)
      assert.equal(await store.readEvents('', 0, scope), undefined)
    },
  },
  {
    title: 'watchRuns wakes a reader when events have been appended, and when the run is over',
    run: async (store) => {
      const scope = newOwner()
      const { run, thread } = await begin(store, scope, { newThread: newThread() })
      const has = (seq: number) => async (): Promise<boolean> =>
        (await store.readEvents(run.id, 0, scope))?.entries.at(-1)?.seq === seq
      await woken(store, run, () => store.appendDeltas(run, [entry(1)]), has(1))
      const save = message(thread.id, 'answer')
      await woken(store, run, () => store.appendItemEvent(run, [entry(2)], { save }), has(2))
      await woken(
        store,
        run,
        () => end(store, run, { entries: [entry(3)] }),
        async () => (await store.readEvents(run.id, 0, scope))?.status === 'completed',
      )
    },
  },
  {
    title: 'watchRuns wakes nobody who has stopped watching',
    run: async (store) => {
      const scope = newOwner()
      const { run } = await begin(store, scope, { newThread: newThread() })
      let wakes = 0
      const stop = store.watchRuns([run.id], () => wakes++)
      stop()
      stop()
      await woken(
        store,
        run,
        () => store.appendDeltas(run, [entry(1)]),
        async () => true,
      )
      assert.equal(wakes, 0)
    },
  },
]
