import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WidgetComponent, WidgetRoot } from '../src/protocol/widgets.ts'
import type { ThreadStreamEvent } from '../src/protocol/events.ts'
import { applyUpdate } from '../src/runs/apply-update.ts'
import { diffWidget } from '../src/widgets/diff-widget.ts'
import { streamWidget } from '../src/widgets/stream-widget.ts'

const card = (...children: WidgetComponent[]): WidgetRoot => ({ type: 'Card', children })
const text = (fields: object): WidgetComponent => ({ type: 'Text', ...fields })
const delta = (id: string, words: string, done: boolean): object => ({
  type: 'widget.streaming_text.value_delta',
  component_id: id,
  delta: words,
  done,
})

const turn = {
  thread: { id: 'thr_1' },
  generateId: () => 'msg_1',
  now: () => new Date(0),
} as unknown as Parameters<typeof streamWidget>[0]
async function streamed(
  ...rest: [Parameters<typeof streamWidget>[1], object?]
): Promise<ThreadStreamEvent[]> {
  const events: ThreadStreamEvent[] = []
  for await (const event of streamWidget(turn, ...rest)) events.push(event)
  return events
}
const item = (widget: WidgetRoot): object => ({
  id: 'msg_1',
  thread_id: 'thr_1',
  created_at: '1970-01-01T00:00:00.000Z',
  type: 'widget',
  widget,
})

describe('the difference of two widget states', () => {
  it('is one delta for each text that grew at its end, done when its component does not stream', () => {
    const state = (a: string, b: string): WidgetRoot =>
      card(
        text({ id: 'a', value: a, streaming: true }),
        { type: 'Box', children: [{ type: 'Markdown', id: 'b', value: b }] },
        { type: 'Badge', label: 'x' },
      )
    expect(diffWidget(state('', 'one'), state('Sun', 'one two'))).toEqual([
      delta('a', 'Sun', false),
      delta('b', ' two', true),
    ])
    expect(diffWidget(state('S', 'x'), state('S', 'xy'))).toEqual([delta('b', 'y', true)])
  })

  it('is nothing where nothing differs, whatever the order of keys, and null is as good as absent', () => {
    expect(
      diffWidget(card(text({ id: 'a', value: 'x', size: null })), card(text({ value: 'x', id: 'a' }))),
    ).toEqual([])
    expect(diffWidget({ type: 'Basic' }, { type: 'Basic', id: undefined })).toEqual([])
  })

  const grown = { id: 't', value: 'a+' }
  it.each<[string, WidgetComponent[], WidgetComponent[]]>([
    ['a text without an id grew', [text({ value: 'a' })], [text({ value: 'ab' })]],
    ['a text changed at its beginning', [text({ id: 't', value: 'ab' })], [text({ id: 't', value: 'b' })]],
    ['a text became shorter', [text({ id: 't', value: 'ab' })], [text({ id: 't', value: 'a' })]],
    ['a text is a template', [text({ id: 't', value: 1 })], [text({ id: 't', value: 12 })]],
    [
      'another kind of component grew',
      [{ type: 'Title', id: 't', value: 'a' }],
      [{ type: 'Title', ...grown }],
    ],
    ['its id changed too', [text({ id: 's', value: 'a' })], [text(grown)]],
    ['its type changed too', [{ type: 'Markdown', id: 't', value: 'a' }], [text(grown)]],
    [
      'it stopped to stream',
      [text({ id: 't', value: 'a', streaming: true })],
      [text({ id: 't', value: 'a', streaming: false })],
    ],
    ['another field changed too', [text({ id: 't', value: 'a' })], [text({ ...grown, size: 'lg' })]],
    ['a component came', [text({ id: 't', value: 'a' })], [text(grown), { type: 'Divider' }]],
    ['a component went', [text({ id: 't', value: 'a' }), { type: 'Divider' }], [text(grown)]],
    [
      'its id is there twice',
      [text({ id: 't', value: 'a' }), text({ id: 't', value: 'b' })],
      [text(grown), text({ id: 't', value: 'b' })],
    ],
    [
      'the text does not stand in a list of children',
      [{ type: 'Transition', children: text({ id: 't', value: 'a' }) }],
      [{ type: 'Transition', children: text(grown) }],
    ],
    [
      'a deep value of another component changed',
      [{ type: 'Button', onClickAction: { type: 'go', payload: { n: [1, 2] } } }],
      [{ type: 'Button', onClickAction: { type: 'go', payload: { n: [1, 3] } } }],
    ],
  ])('is the whole root when %s', (_when, before, after) => {
    expect(diffWidget(card(...before), card(...after))).toEqual([
      { type: 'widget.root.updated', widget: card(...after) },
    ])
  })

  it('leads from the one state to the other', () => {
    const word = fc.constantFrom('', 'a', 'ab', 'abc', 'b', '👍', '👍a')
    const id = fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined })
    const { component } = fc.letrec<{ component: WidgetComponent }>((tie) => ({
      component: fc.oneof(
        { maxDepth: 3 },
        fc.record({
          type: fc.constantFrom('Text', 'Markdown', 'Title'),
          id,
          value: word,
          streaming: fc.boolean(),
        }),
        fc.record({ type: fc.constant('Box'), id, children: fc.array(tie('component'), { maxLength: 3 }) }),
      ),
    }))
    const root = fc.record({
      type: fc.constant('Card' as const),
      children: fc.array(component, { maxLength: 3 }),
    })
    const grow = (node: WidgetComponent, end: string): WidgetComponent => ({
      ...node,
      ...(typeof node.value === 'string' ? { value: node.value + end } : {}),
      ...(Array.isArray(node.children)
        ? { children: (node.children as WidgetComponent[]).map((child) => grow(child, end)) }
        : {}),
    })
    const states = fc.oneof(
      fc.tuple(root, root),
      fc.tuple(root, word).map(([one, end]) => [one, grow(one, end) as WidgetRoot] as const),
    )
    let grew = 0
    fc.assert(
      fc.property(states, ([before, after]) => {
        const updates = diffWidget(before, after)
        if (updates.some(({ type }) => type === 'widget.streaming_text.value_delta')) grew += 1
        const start = { ...item(before) } as Parameters<typeof applyUpdate>[0]
        expect(updates.reduce(applyUpdate, start)).toEqual(item(after))
      }),
      { numRuns: 1000, seed: 7 },
    )
    expect(grew).toBeGreaterThan(50)
  })
})

describe('a streamed widget', () => {
  it('is added, updated and done', async () => {
    const state = (value: string, streaming: boolean): WidgetRoot => card(text({ id: 't', value, streaming }))
    const states = [state('', true), state('Sunny', true), state('Sunny', true), state('Sunny today', true)]
    expect(await streamed([...states, state('Sunny today', false)])).toEqual([
      { type: 'thread.item.added', item: item(state('', true)) },
      { type: 'thread.item.updated', item_id: 'msg_1', update: delta('t', 'Sunny', false) },
      { type: 'thread.item.updated', item_id: 'msg_1', update: delta('t', ' today', false) },
      {
        type: 'thread.item.updated',
        item_id: 'msg_1',
        update: { type: 'widget.root.updated', widget: state('Sunny today', false) },
      },
      { type: 'thread.item.done', item: item(state('Sunny today', false)) },
    ])
  })

  it('is one done event when it is a single root, with its text to copy', async () => {
    const widget = card(text({ id: 't', value: 'Hi' }))
    expect(await streamed(widget, { copyText: 'Hi' })).toEqual([
      { type: 'thread.item.done', item: { ...item(widget), copy_text: 'Hi' } },
    ])
    expect(await streamed([])).toEqual([])
  })

  it('may be one object that its generator changes and yields again', async () => {
    const line = text({ id: 't', value: '', streaming: true })
    const widget = card(line)
    const events = await streamed(
      (async function* () {
        for (const value of ['', 'a', 'ab']) {
          line.value = value
          yield widget
        }
        line.value = 'not any more'
      })(),
    )
    expect(events).toEqual([
      { type: 'thread.item.added', item: item(card(text({ id: 't', value: '', streaming: true }))) },
      { type: 'thread.item.updated', item_id: 'msg_1', update: delta('t', 'a', false) },
      { type: 'thread.item.updated', item_id: 'msg_1', update: delta('t', 'b', false) },
      { type: 'thread.item.done', item: item(card(text({ id: 't', value: 'ab', streaming: true }))) },
    ])
  })

  it('closes its source when nobody wants more', async () => {
    let closed = false
    const events = streamWidget(
      turn,
      (async function* () {
        try {
          for (;;) yield card()
        } finally {
          closed = true
        }
      })(),
    )
    await events.next()
    await events.return(undefined)
    expect(closed).toBe(true)
  })
})
