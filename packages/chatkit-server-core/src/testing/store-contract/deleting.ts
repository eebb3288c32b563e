import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import type { StoreContractCase } from './contract-case.ts'
import { hasEnded } from './fencing.ts'
import { file, message, newOwner, newThread, question, rejects } from './fixtures.ts'
import { begin, conversation, end, entries, entry, turn } from './run-fixtures.ts'

export const deleting: StoreContractCase[] = [
  {
    title: 'deleteThread with an active run leaves nothing, and refuses what the run writes later',
    run: async (store) => {
      const scope = newOwner()
      const attachment = file()
      await store.saveAttachment(attachment, scope)
      const { activeRuns } = store.counters()
      const thread = newThread()
      const key = { key: generateId('run'), bodyHash: 'hash' }
      const { run } = await begin(store, scope, {
        newThread: thread,
        items: [question(thread.id, 'question')],
        attachmentIds: [attachment.id],
        key,
      })
      await store.appendDeltas(run, entries(1, 2))
      await store.deleteThread(thread.id, scope)
      assert.equal(store.counters().activeRuns, activeRuns)
      assert.equal(await store.activeRun(thread.id, scope), undefined)
      assert.equal(await store.requestStop({ threadId: thread.id }, scope), undefined)
      assert.equal(await store.requestStop({ key: key.key }, scope), undefined)
      const late = message(thread.id, 'late')
      assert.equal((await store.appendDeltas(run, [entry(3)])).accepted, false)
      assert.equal((await store.appendItemEvent(run, [entry(3)], { save: late })).accepted, false)
      await hasEnded(store.saveItem(thread.id, late, { ...scope, run }))
      assert.equal(await end(store, run, { items: [late], entries: [entry(3)] }), false)
      assert.equal(await store.readEvents(run.id, 0, scope), undefined)
      await rejects(store.loadThread(thread.id, scope), 'thread_not_found')
      await rejects(store.loadAttachment(attachment.id, scope), 'attachment_not_found')
      assert.deepEqual((await store.listThreads({ limit: 5, order: 'asc' }, scope)).data, [])
      await begin(store, scope, { newThread: newThread(), key })
    },
  },
  {
    title: 'a turn that is opened while its thread is deleted leaves nothing, whichever comes first',
    run: async (store) => {
      const scope = newOwner()
      for (const deletedFirst of [false, true, false, true]) {
        const { threadId } = await conversation(store, scope)
        const opening = turn({ thread: threadId, items: [question(threadId, 'next')] })
        const early = deletedFirst ? store.deleteThread(threadId, scope) : undefined
        const opened = store.openTurn(opening, scope)
        await Promise.all([early, store.deleteThread(threadId, scope)])
        const result = await opened
        if (result.outcome === 'refused') assert.equal(result.code, 'thread_not_found')
        await rejects(store.loadThread(threadId, scope), 'thread_not_found')
        assert.equal(await store.activeRun(threadId, scope), undefined)
        const { accepted } = await store.appendDeltas({ id: opening.run.id, threadId }, [entry(1)])
        assert.equal(accepted, false)
      }
    },
  },
  {
    title: 'deleteThread leaves nothing of runs that are over',
    run: async (store) => {
      const scope = newOwner()
      const { threadId } = await conversation(store, scope)
      const { run } = await begin(store, scope, { thread: threadId })
      await end(store, run, { entries: entries(1, 2) })
      await store.deleteThread(threadId, scope)
      assert.equal(await store.readEvents(run.id, 0, scope), undefined)
    },
  },
]
