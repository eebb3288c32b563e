import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import type { StoreContractCase } from './contract-case.ts'
import { file, newOwner, newThread, question, rejects, strangersOf } from './fixtures.ts'
import { begin, conversation, end, refused, turn } from './run-fixtures.ts'

export const attaching: StoreContractCase[] = [
  {
    title: 'openTurn binds attachments to its thread, to a new one as well',
    run: async (store) => {
      const scope = newOwner()
      const [one, two] = [file({ metadata: { size: 3 } }), file()]
      await store.saveAttachment(one, scope)
      await store.saveAttachment(two, scope)
      const thread = newThread()
      const { run } = await begin(store, scope, {
        newThread: thread,
        items: [question(thread.id, 'with a file')],
        attachmentIds: [one.id],
      })
      assert.deepEqual(await store.loadAttachment(one.id, scope), { ...one, thread_id: thread.id })
      assert.deepEqual(await store.loadAttachment(two.id, scope), two)
      await end(store, run)
      // Once more: it is bound to this thread already.
      await begin(store, scope, { thread: thread.id, attachmentIds: [one.id, two.id] })
      assert.deepEqual(await store.loadAttachment(one.id, scope), { ...one, thread_id: thread.id })
      assert.deepEqual(await store.loadAttachment(two.id, scope), { ...two, thread_id: thread.id })
    },
  },
  {
    title: 'openTurn refuses attachments that are unknown, of another thread or of somebody else',
    run: async (store) => {
      const scope = newOwner('a')
      const [mine, elsewhere, theirs] = [file(), file(), file()]
      await store.saveAttachment(mine, scope)
      await store.saveAttachment(elsewhere, scope)
      const [stranger] = strangersOf(scope)
      assert.ok(stranger)
      await store.saveAttachment(theirs, stranger)
      const other = newThread()
      await begin(store, scope, { newThread: other, attachmentIds: [elsewhere.id] })
      const { threadId } = await conversation(store, scope)
      for (const { id } of [elsewhere, theirs, { id: generateId('atc') }]) {
        const attachmentIds = [mine.id, id]
        await refused(store, scope, { thread: threadId, attachmentIds }, 'attachment_not_found')
        const thread = newThread()
        await refused(store, scope, { newThread: thread, attachmentIds }, 'attachment_not_found')
        await rejects(store.loadThread(thread.id, scope), 'thread_not_found')
      }
      assert.equal(await store.activeRun(threadId, scope), undefined)
      assert.deepEqual(await store.loadAttachment(mine.id, scope), mine)
      assert.equal((await store.loadAttachment(elsewhere.id, scope)).thread_id, other.id)
      assert.deepEqual(await store.loadAttachment(theirs.id, stranger), theirs)
    },
  },
  {
    title: 'an attachment that two threads want at the same time goes to one of them',
    run: async (store) => {
      const scope = newOwner()
      const attachment = file()
      await store.saveAttachment(attachment, scope)
      const threads = [newThread(), newThread(), newThread()]
      const results = await Promise.all(
        threads.map((thread) =>
          store.openTurn(turn({ newThread: thread, attachmentIds: [attachment.id] }), scope),
        ),
      )
      const winners = threads.filter((_, index) => results[index]?.outcome === 'opened')
      assert.equal(winners.length, 1)
      for (const result of results) {
        if (result.outcome === 'opened') continue
        assert.equal(result.outcome, 'refused')
        assert.equal(result.code, 'attachment_not_found')
      }
      assert.equal((await store.loadAttachment(attachment.id, scope)).thread_id, winners[0]?.id)
    },
  },
]
