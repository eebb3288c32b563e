import { describe, expect, expectTypeOf, it } from 'vitest'
import { threadItemSchema, type WidgetRoot } from '../../src/index.ts'
import { ui, type ComponentType } from '../../src/widgets/index.ts'

describe('the builders of components', () => {
  it('make what the wire carries', () => {
    const widget = ui.Card({
      size: 'sm',
      children: [
        ui.Title({ value: 'Quiz' }),
        ui.Divider(),
        ui.Button({ label: 'Yes', onClickAction: { type: 'quiz.answer', payload: { choice: 1 } } }),
      ],
    })
    expect(widget).toEqual({
      type: 'Card',
      size: 'sm',
      children: [
        { type: 'Title', value: 'Quiz' },
        { type: 'Divider' },
        {
          type: 'Button',
          label: 'Yes',
          onClickAction: { type: 'quiz.answer', payload: { choice: 1 } },
        },
      ],
    })
    const item = {
      id: 'msg_1',
      thread_id: 'thr_1',
      created_at: '2026-01-01T00:00:00Z',
      type: 'widget',
      widget,
    }
    expect(threadItemSchema.parse(item)).toEqual(item)
    expectTypeOf(widget).toExtend<WidgetRoot>()
  })

  it('keep their type, whatever the fields say', () => {
    const fields = { value: 'x', type: 'Card' }
    expect(ui.Title(fields)).toEqual({ type: 'Title', value: 'x' })
  })

  it('are there for every component that the official client knows', () => {
    expectTypeOf<ReturnType<(typeof ui)[keyof typeof ui]>['type']>().toEqualTypeOf<ComponentType>()
    for (const [name, build] of Object.entries(ui)) {
      const { type } = (build as (fields: object) => { type: string })({})
      expect(type.replace('.', '')).toBe(name)
    }
  })

  it('know the fields of their component', () => {
    // @ts-expect-error A title needs its text.
    ui.Title({})
    // @ts-expect-error There is no such size.
    ui.Card({ size: 'huge', children: [] })
    // @ts-expect-error A list holds its own items only.
    ui.ListView({ children: [ui.Text({ value: 'x' })] })
    // @ts-expect-error There is no such component.
    expect(ui.Marquee).toBeUndefined()
  })
})
