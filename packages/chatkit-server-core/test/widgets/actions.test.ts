import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { ChatKitError, MemoryStore, streamWidget, type WidgetItem } from '../../src/index.ts'
import { defineActions, replaceWidget, saveWidget, ui } from '../../src/widgets/index.ts'
import { HookedServer, type Hooks, type Person } from '../hooked-server.ts'
import { ada, create, storedIn } from '../run-kit.ts'

const actions = defineActions({
  'quiz.answer': z.object({ choice: z.int().min(0).max(3) }),
  'quiz.name': z.object({ course: z.string(), name: z.string().trim() }),
  'quiz.skip': z.undefined(),
})

const question = ui.Card({
  children: [ui.Button({ label: 'A', onClickAction: actions.config('quiz.answer', { choice: 1 }) })],
})
const answered = ui.Card({ children: [ui.Text({ value: 'Right.' })] })

async function quizServer(
  hooks: Hooks,
): Promise<{ server: HookedServer; threadId: string; widgetId: string }> {
  const respond: NonNullable<Hooks['respond']> = (turn) => streamWidget(turn, question)
  const server = new HookedServer({ respond, ...hooks }, { actions, store: new MemoryStore<Person>() })
  const { threadId } = await (await server.follow(create('Ask me.'), ada)).toEnd()
  const widget = (await storedIn(server, threadId)).find(({ type }) => type === 'widget')
  return { server, threadId, widgetId: widget?.id ?? '' }
}

const kinds = ['threads.custom_action', 'threads.sync_custom_action']
const use = (type: string, threadId: string, itemId: string | undefined, action: object): object => ({
  type,
  params: { thread_id: threadId, item_id: itemId, action },
})

describe('an action of the table', () => {
  it('comes with a payload of its type', () => {
    const action = actions.parse({ type: 'quiz.name', payload: { course: 'c', name: ' Ada ', more: 1 } })
    expect(action).toEqual({ type: 'quiz.name', payload: { course: 'c', name: 'Ada' } })
    if (action.type === 'quiz.answer') expectTypeOf(action.payload).toEqualTypeOf<{ choice: number }>()
    if (action.type === 'quiz.skip') expectTypeOf(action.payload).toEqualTypeOf<undefined>()
    expect(actions.parse({ type: 'quiz.skip' })).toEqual({ type: 'quiz.skip', payload: undefined })
  })

  it('is written into widgets in its own shape, without what a form adds', () => {
    expect(actions.config('quiz.name', { course: 'c' }, { loadingBehavior: 'self' })).toEqual({
      type: 'quiz.name',
      payload: { course: 'c' },
      loadingBehavior: 'self',
    })
    expect(actions.config('quiz.skip')).toEqual({ type: 'quiz.skip' })
    // @ts-expect-error The choice is a number.
    actions.config('quiz.answer', { choice: 'b' })
    // @ts-expect-error There is no such action.
    actions.config('quiz.win')
  })

  it.each([
    [{ type: 'quiz.answer', payload: { choice: 9 } }, 'params.action.payload.choice'],
    [{ type: 'quiz.answer', payload: { choice: '1' } }, 'params.action.payload.choice'],
    [{ type: 'quiz.answer' }, 'params.action.payload'],
    [{ type: 'quiz.skip', payload: { x: 1 } }, 'params.action.payload'],
    [{ type: 'quiz.win', payload: {} }, 'params.action.type'],
    [{ type: 'toString', payload: {} }, 'params.action.type'],
  ])('%j that was forged is refused, and nothing is asked or written', async (action, path) => {
    let asked = 0
    const { server, threadId, widgetId } = await quizServer({
      action: () => {
        asked += 1
        return []
      },
      syncAction: () => void (asked += 1),
    })
    const before = await storedIn(server, threadId)
    for (const kind of kinds) {
      const error: unknown = await server
        .process(use(kind, threadId, widgetId, action), ada)
        .catch((e: unknown) => e)
      if (!ChatKitError.isInstance(error)) throw new Error(`${kind} was not refused`)
      expect(error.code).toBe('request_invalid')
      expect(error.issues?.map((issue) => issue.path)).toEqual([path])
    }
    expect(asked).toBe(0)
    expect(await storedIn(server, threadId)).toEqual(before)
    expect(server.errors).toEqual([])
  })
})

describe('the state of a widget after an action', () => {
  const shown = async (server: HookedServer, threadId: string): Promise<WidgetItem[]> => {
    const { items } = await server.thread(threadId, ada)
    return items.data.filter((item): item is WidgetItem => item.type === 'widget')
  }

  it('is told, stored in its place, and there when the thread is opened again', async () => {
    const { server, threadId, widgetId } = await quizServer({
      action: function* ({ sender, action }) {
        const { type } = actions.parse(action)
        if (sender && type === 'quiz.answer') yield replaceWidget(sender, answered, { copyText: 'Right.' })
      },
    })
    const body = use('threads.custom_action', threadId, widgetId, {
      type: 'quiz.answer',
      payload: { choice: 1 },
    })
    const { events } = await (await server.follow(body, ada)).toEnd()
    const [item] = await shown(server, threadId)
    expect(events.at(-1)).toEqual({ type: 'thread.item.replaced', item })
    expect(item).toMatchObject({ id: widgetId, widget: answered, copy_text: 'Right.' })
    expect((await storedIn(server, threadId)).map(({ type }) => type)).toEqual(['user_message', 'widget'])
  })

  it('is stored by an action that answers at once', async () => {
    const { server, threadId, widgetId } = await quizServer({
      syncAction: async (input) => input.sender && saveWidget(input, input.sender, answered),
    })
    const body = use('threads.sync_custom_action', threadId, widgetId, { type: 'quiz.skip' })
    const { updated_item: updated } = await server.ask<{ updated_item: WidgetItem }>(body, ada)
    expect(updated).toMatchObject({ id: widgetId, widget: answered })
    expect(await shown(server, threadId)).toEqual([updated])
  })
})
