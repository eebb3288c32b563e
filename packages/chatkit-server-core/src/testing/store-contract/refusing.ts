import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import type { Scope } from '../../store/scope.ts'
import type { Store, TurnOpening, TurnStep } from '../../store/store.ts'
import type { StoreContractCase } from './contract-case.ts'
import { file, list, message, newOwner, newThread, question, rejects, texts } from './fixtures.ts'
import { answered, begin, conversation, form, refused, toolCall, turn } from './run-fixtures.ts'

/** A thread on which every step would open a turn, and those steps. */
async function everyStep(store: Store, scope: Scope): Promise<{ threadId: string; steps: TurnStep[] }> {
  const { threadId, asked, made } = await conversation(store, scope, (id) => [form(id), toolCall(id)])
  const steps: TurnStep[] = [
    { kind: 'message' },
    { kind: 'tool_output', output: 'done' },
    { kind: 'structured_input', item: answered(made[0], 'this one') },
    { kind: 'retry', itemId: asked.id },
    { kind: 'action' },
  ]
  return { threadId, steps }
}

/** Has each of the openings refused, and checks that the thread is as it was, and free. */
async function allRefused(
  store: Store,
  scope: Scope,
  threadId: string,
  openings: Partial<TurnOpening>[],
  code: Parameters<typeof refused>[3],
): Promise<void> {
  const before = await list(store, threadId, scope)
  for (const fields of openings) await refused(store, scope, { thread: threadId, ...fields }, code)
  assert.deepEqual(await list(store, threadId, scope), before)
  assert.equal(await store.activeRun(threadId, scope), undefined)
}

export const refusing: StoreContractCase[] = [
  {
    title: 'openTurn refuses a thread that is unknown or deleted, whatever the step',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, steps } = await everyStep(store, scope)
      await store.deleteThread(threadId, scope)
      for (const thread of [threadId, generateId('thr')]) {
        for (const step of steps) {
          await refused(store, scope, { thread, step, items: [message(thread, 'x')] }, 'thread_not_found')
        }
        await rejects(store.loadThread(thread, scope), 'thread_not_found')
      }
    },
  },
  {
    title: 'openTurn refuses a thread that is locked or closed, whatever the step, and writes nothing',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, steps } = await everyStep(store, scope)
      for (const type of ['locked', 'closed'] as const) {
        await store.saveThread(threadId, { status: { type, reason: 'exam' } }, scope)
        const openings = steps.map((step) => ({ step, items: [message(threadId, 'x')] }))
        await allRefused(store, scope, threadId, openings, `thread_${type}`)
      }
    },
  },
  {
    title: 'openTurn refuses a thread that has an active run, names it, and writes nothing',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, steps } = await everyStep(store, scope)
      const { run } = await begin(store, scope, { thread: threadId, step: { kind: 'action' } })
      const before = await list(store, threadId, scope)
      for (const step of steps) {
        const fields = { thread: threadId, step, items: [message(threadId, 'x')] }
        assert.equal(await refused(store, scope, fields, 'run_active'), run.id)
      }
      assert.deepEqual(await list(store, threadId, scope), before)
      assert.deepEqual(await store.activeRun(threadId, scope), run)
    },
  },
  {
    title: 'openTurn refuses a step about an item that the thread does not have, and writes nothing',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, made } = await conversation(store, scope, (id) => [message(id, 'answer')])
      const elsewhere = await conversation(store, scope, (id) => [form(id)])
      const steps: TurnStep[] = [elsewhere.asked.id, generateId('msg')].flatMap((itemId) => [
        { kind: 'retry', itemId },
        { kind: 'action', itemId },
        { kind: 'structured_input', item: answered({ ...form(threadId), id: itemId }, 'x') },
      ])
      const openings = steps.map((step) => ({ step, items: [message(threadId, 'x')] }))
      await allRefused(store, scope, threadId, openings, 'item_not_found')
      assert.deepEqual(await store.loadItem(threadId, made[0]?.id ?? '', scope), made[0])
    },
  },
  {
    title: 'openTurn refuses a step about an item of the wrong kind, and writes nothing',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked, made } = await conversation(store, scope, (id) => [message(id, 'answer')])
      const answer = made[0]?.id ?? ''
      const steps: TurnStep[] = [
        { kind: 'retry', itemId: answer },
        { kind: 'action', itemId: answer },
        { kind: 'action', itemId: asked.id },
        { kind: 'structured_input', item: answered({ ...form(threadId), id: answer }, 'x') },
        { kind: 'tool_output', output: 'nobody has asked' },
      ]
      const openings = steps.map((step) => ({ step, items: [message(threadId, 'x')] }))
      await allRefused(store, scope, threadId, openings, 'item_state_conflict')
    },
  },
  {
    title: 'a message that is refused leaves pending tool calls pending',
    run: async (store) => {
      const scope = newOwner()
      const { threadId } = await conversation(store, scope, (id) => [toolCall(id)])
      const openings = [{ items: [question(threadId, 'next')], attachmentIds: [file().id] }]
      await allRefused(store, scope, threadId, openings, 'attachment_not_found')
    },
  },
  {
    title: 'openTurn rejects the id of a thread that is taken, also by somebody else, and changes nothing',
    run: async (store) => {
      const scope = newOwner()
      const { threadId } = await conversation(store, scope)
      for (const who of [scope, newOwner()]) {
        const opening = turn({ newThread: newThread({ id: threadId, title: 'theirs' }) })
        await assert.rejects(store.openTurn(opening, who))
        assert.equal(await store.readEvents(opening.run.id, 0, who), undefined)
      }
      assert.equal((await store.loadThread(threadId, scope)).title, undefined)
      assert.deepEqual(await texts(store, threadId, scope), ['question'])
      assert.equal(await store.activeRun(threadId, scope), undefined)
    },
  },
  {
    title: 'openTurn rejects the id of an item that is taken in the thread, and changes nothing',
    run: async (store) => {
      const scope = newOwner()
      const attachment = file()
      await store.saveAttachment(attachment, scope)
      const { threadId, asked, made } = await conversation(store, scope, (id) => [toolCall(id)])
      const opening = turn({
        thread: threadId,
        items: [message(threadId, 'x'), { ...message(threadId, 'y'), id: asked.id }],
        attachmentIds: [attachment.id],
      })
      await assert.rejects(store.openTurn(opening, scope))
      assert.deepEqual(await list(store, threadId, scope), [asked, ...made])
      assert.deepEqual(await store.loadAttachment(attachment.id, scope), attachment)
      assert.equal(await store.activeRun(threadId, scope), undefined)
      await begin(store, scope, { thread: threadId })
    },
  },
]
