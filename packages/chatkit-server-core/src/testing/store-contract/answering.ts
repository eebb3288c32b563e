import { strict as assert } from 'node:assert'
import type { Scope } from '../../store/scope.ts'
import type { Store, TurnStep } from '../../store/store.ts'
import type { StoreContractCase } from './contract-case.ts'
import { list, message, newOwner, question } from './fixtures.ts'
import { answered, begin, conversation, end, form, refused, toolCall, turn } from './run-fixtures.ts'

/** Opens turns on one thread at once; gives how many were opened, and checks that the others say why not. */
async function race(store: Store, scope: Scope, threadId: string, steps: TurnStep[]): Promise<number> {
  const results = await Promise.all(
    steps.map((step) => store.openTurn(turn({ thread: threadId, step }), scope)),
  )
  for (const result of results) {
    if (result.outcome === 'opened') continue
    assert.equal(result.outcome, 'refused')
    assert.ok(result.code === 'run_active' || result.code === 'item_state_conflict', result.code)
  }
  return results.filter(({ outcome }) => outcome === 'opened').length
}

export const answering: StoreContractCase[] = [
  {
    title: 'a tool’s output completes the pending call where it stands, and gives it',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked, made } = await conversation(store, scope, (id) => [
        toolCall(id),
        message(id, 'behind'),
      ])
      const output = { deep: [null, { x: null }], text: 'روبوٹ 🤖' }
      const { item, run } = await begin(store, scope, {
        thread: threadId,
        step: { kind: 'tool_output', output },
      })
      const completed = { ...made[0], status: 'completed', output }
      assert.deepEqual(item, completed)
      assert.deepEqual(await list(store, threadId, scope), [asked, completed, made[1]])
      await end(store, run)
      await refused(
        store,
        scope,
        { thread: threadId, step: { kind: 'tool_output', output: 'again' } },
        'item_state_conflict',
      )
      assert.deepEqual(await list(store, threadId, scope), [asked, completed, made[1]])
    },
  },
  {
    title: 'a tool’s output completes the newest pending call and no other',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked, made } = await conversation(store, scope, (id) => [
        toolCall(id, 'older'),
        toolCall(id, 'newer'),
      ])
      await begin(store, scope, { thread: threadId, step: { kind: 'tool_output', output: null } })
      const completed = { ...made[1], status: 'completed', output: null }
      assert.deepEqual(await list(store, threadId, scope), [asked, made[0], completed])
    },
  },
  {
    title: 'of outputs that come at the same time exactly one completes the call',
    run: async (store) => {
      const scope = newOwner()
      const { threadId } = await conversation(store, scope, (id) => [toolCall(id)])
      const steps = ['a', 'b', 'c', 'd'].map((output): TurnStep => ({ kind: 'tool_output', output }))
      assert.equal(await race(store, scope, threadId, steps), 1)
    },
  },
  {
    title: 'a message completes every pending call without an output, where it stands',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked, made } = await conversation(store, scope, (id) => [
        { ...toolCall(id), status: 'completed', output: 'there before' },
        toolCall(id, 'one'),
        message(id, 'between'),
        toolCall(id, 'two'),
      ])
      const next = question(threadId, 'next')
      const { item, run } = await begin(store, scope, { thread: threadId, items: [next] })
      assert.deepEqual(item, next)
      assert.deepEqual(await list(store, threadId, scope), [
        asked,
        made[0],
        { ...made[1], status: 'completed' },
        made[2],
        { ...made[3], status: 'completed' },
        next,
      ])
      await end(store, run)
      await refused(
        store,
        scope,
        { thread: threadId, step: { kind: 'tool_output', output: 'late' } },
        'item_state_conflict',
      )
    },
  },
  {
    title: 'an answered form replaces the pending one where it stands, once, and is given',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked, made } = await conversation(store, scope, (id) => [
        form(id),
        message(id, 'behind'),
      ])
      const first = answered(made[0], 'this one')
      const { item, run } = await begin(store, scope, {
        thread: threadId,
        step: { kind: 'structured_input', item: first },
      })
      assert.deepEqual(item, first)
      await end(store, run)
      await refused(
        store,
        scope,
        { thread: threadId, step: { kind: 'structured_input', item: answered(first, 'no, that one') } },
        'item_state_conflict',
      )
      assert.deepEqual(await list(store, threadId, scope), [asked, first, made[1]])
    },
  },
  {
    title: 'of answers to a form that come at the same time exactly one is kept',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, made } = await conversation(store, scope, (id) => [form(id)])
      const steps = ['a', 'b', 'c'].map((word): TurnStep => ({
        kind: 'structured_input',
        item: answered(made[0], word),
      }))
      assert.equal(await race(store, scope, threadId, steps), 1)
    },
  },
]
