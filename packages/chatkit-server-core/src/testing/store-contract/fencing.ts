import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import { RunEndedError } from '../../store/run-ended-error.ts'
import type { RunRef, Scope } from '../../store/scope.ts'
import type { Store } from '../../store/store.ts'
import type { StoreContractCase } from './contract-case.ts'
import { file, list, message, newOwner, newThread, question, rejects } from './fixtures.ts'
import { begin, conversation, end, entries, entry } from './run-fixtures.ts'

export const hasEnded = (promise: Promise<unknown>): Promise<void> =>
  assert.rejects(promise, (error) => {
    assert.ok(RunEndedError.isInstance(error), `expected a RunEndedError, got ${String(error)}`)
    return true
  })

/** Everything that a hook may write, about an item and an attachment that are there. */
const writes = (store: Store, { threadId }: RunRef, itemId: string, attachmentId: string, scope: Scope) => [
  () => store.saveThread(threadId, { title: 'late' }, scope),
  () => store.saveItem(threadId, message(threadId, 'late'), scope),
  () => store.saveFeedback({ threadId, itemIds: [itemId], kind: 'positive' }, scope),
  () => store.saveAttachment(file({ id: attachmentId, name: 'late' }), scope),
  () => store.saveState('late', 'value', 60_000, scope),
  () => store.deleteItem(threadId, itemId, scope),
  () => store.deleteAttachment(attachmentId, scope),
  () => store.deleteThread(threadId, scope),
]

export const fencing: StoreContractCase[] = [
  {
    title: 'nothing is appended to a run that is over or unknown',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked } = await conversation(store, scope)
      const { run } = await begin(store, scope, { thread: threadId })
      await store.appendDeltas(run, entries(1, 2))
      await end(store, run)
      const next = await begin(store, scope, { thread: threadId })
      for (const over of [run, { id: generateId('run'), threadId }]) {
        const deltas = await store.appendDeltas(over, [entry(3)])
        assert.equal(deltas.accepted, false)
        const saved = await store.appendItemEvent(over, [entry(3)], { save: message(threadId, 'late') })
        assert.equal(saved.accepted, false)
        const removed = await store.appendItemEvent(over, [entry(3)], { remove: asked.id })
        assert.equal(removed.accepted, false)
      }
      assert.deepEqual(await list(store, threadId, scope), [asked])
      assert.deepEqual((await store.readEvents(run.id, 0, scope))?.entries, entries(1, 2))
      assert.deepEqual((await store.readEvents(next.run.id, 0, scope))?.entries, [])
    },
  },
  {
    title: 'what is written while a run is being ended is stored exactly when it is accepted',
    run: async (store) => {
      const scope = newOwner()
      for (const endedFirst of [false, true]) {
        const { run: delta } = await begin(store, scope, { newThread: newThread() })
        const { run: event } = await begin(store, scope, { newThread: newThread() })
        const { run: tool } = await begin(store, scope, { newThread: newThread() })
        const endAll = (): Promise<unknown> => Promise.all([delta, event, tool].map((run) => end(store, run)))
        const early = endedFirst ? endAll() : undefined
        const writing = Promise.all([
          store.appendDeltas(delta, [entry(1)]),
          store.appendItemEvent(event, [entry(1)], { save: message(event.threadId, 'answer') }),
          store.saveItem(tool.threadId, message(tool.threadId, 'note'), { ...scope, run: tool }).then(
            () => ({ accepted: true }),
            (error: unknown) => ({ accepted: !RunEndedError.isInstance(error) }),
          ),
        ])
        await Promise.all([early, endAll()])
        const [toDelta, toEvent, toTool] = (await writing).map(({ accepted }) => (accepted ? 1 : 0))
        assert.equal((await store.readEvents(delta.id, 0, scope))?.entries.length, toDelta)
        assert.equal((await store.readEvents(event.id, 0, scope))?.entries.length, toEvent)
        assert.equal((await list(store, event.threadId, scope)).length, toEvent)
        assert.equal((await list(store, tool.threadId, scope)).length, toTool)
      }
    },
  },
  {
    title: 'what is written in the name of a run is kept while it is running',
    run: async (store) => {
      const scope = newOwner()
      const attachment = file()
      await store.saveAttachment(attachment, scope)
      const thread = newThread()
      const asked = question(thread.id, 'question')
      const { run } = await begin(store, scope, { newThread: thread, items: [asked] })
      for (const write of writes(store, run, asked.id, attachment.id, { ...scope, run })) await write()
      await rejects(store.loadThread(thread.id, scope), 'thread_not_found')
      await rejects(store.loadAttachment(attachment.id, scope), 'attachment_not_found')
      assert.equal(await store.claimState('late', scope), 'value')
    },
  },
  {
    title: 'what is written in the name of a run that is over is refused, also when another one is running',
    run: async (store) => {
      const scope = newOwner()
      const attachment = file()
      await store.saveAttachment(attachment, scope)
      const thread = newThread()
      const asked = question(thread.id, 'question')
      const { run } = await begin(store, scope, { newThread: thread, items: [asked] })
      await end(store, run)
      await begin(store, scope, { thread: thread.id })
      for (const write of writes(store, run, asked.id, attachment.id, { ...scope, run })) {
        await hasEnded(write())
      }
      assert.deepEqual(await store.loadThread(thread.id, scope), thread)
      assert.deepEqual(await list(store, thread.id, { ...scope, run }), [asked])
      assert.deepEqual(await store.loadAttachment(attachment.id, scope), attachment)
      assert.equal(await store.claimState('late', scope), undefined)
    },
  },
]
