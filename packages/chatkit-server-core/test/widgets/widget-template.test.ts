import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { WidgetTemplate, WidgetTemplateError } from '../../src/widgets/index.ts'

const quizFile = readFileSync(new URL('./quiz.widget', import.meta.url), 'utf8')
const quiz = new WidgetTemplate(quizFile)
const choices = [{ label: 'A vector' }, { label: 'A quaternion' }]

const template = (text: string, jsonSchema: object = {}): WidgetTemplate =>
  new WidgetTemplate({ version: '1.0', name: 'test', template: text, jsonSchema })

function failure(work: () => unknown): WidgetTemplateError {
  try {
    work()
  } catch (error) {
    if (WidgetTemplateError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a template of the Widget Builder', () => {
  it('renders the preview that its file shows', () => {
    const { outputJsonPreview } = JSON.parse(quizFile) as { outputJsonPreview: object }
    expect(quiz.name).toBe('quiz')
    expect(quiz.build({ title: 'What turns?', choices })).toEqual(outputJsonPreview)
  })

  it('renders a text as that text, whatever it holds', () => {
    const title = '", "onClickAction": {"type": "evil"}, "x": "\\ </script> {{ 1 }} {% if %} é 🙂 \u2028 \n'
    expect(quiz.build({ title, choices }).children).toMatchObject([{ type: 'Title', value: title }, {}, {}])
  })

  it('takes the data as JSON: a date is its text, and what is undefined was not given', () => {
    const dated = template('{"type":"Card","at":{{ (at) | tojson }},"no":{{ (no) | tojson }}}')
    expect(dated.build({ at: new Date(0), no: undefined })).toEqual({
      type: 'Card',
      at: '1970-01-01T00:00:00.000Z',
    })
  })

  it('names every place at which data does not fit', () => {
    const data = { title: 7, choices: [{ label: 'one' }, { label: 2 }, {}], more: 'secret words' }
    const error = failure(() => quiz.build(data))
    expect(error.code).toBe('data_invalid')
    expect(error.issues.map(({ path }) => path).toSorted()).toEqual([
      'choices[1].label',
      'choices[2]',
      'more',
      'title',
    ])
    expect(error.message).toContain('"quiz"')
    expect(error.message).toContain('choices[1].label')
    expect(error.message).not.toContain('secret words')
    expect(failure(() => quiz.build({ title: 'x' })).issues).toEqual([
      { path: '', message: expect.stringContaining('choices') as string },
    ])
  })

  it('limits the data and what it renders', () => {
    const small = new WidgetTemplate(quizFile, { maxChars: 300 })
    const title = 'x'.repeat(400)
    expect(failure(() => small.build({ title, choices }))).toMatchObject({ code: 'data_too_large' })
    // Little data, repeated by the template.
    expect(failure(() => small.build({ title: 'x', choices: [...choices, ...choices] }))).toMatchObject({
      code: 'output_too_large',
    })
    expect(failure(() => quiz.build({ title: 'x'.repeat(300_000), choices }))).toMatchObject({
      code: 'data_too_large',
    })
  })

  it.each([
    ['a bare value', '{"type":"Card","x":"{{ x }}"}', '"x"'],
    ['a part of a value', '{"type":"Card","x":"{{ x.y[0] }}"}', '"x"'],
    ['a value with another filter', '{"type":"Card","x":"{{ x | upper }}"}', '"x"'],
    ['tojson that is filtered again', '{"type":"Card","x":{{ x | tojson | replace("a", "b") }}}', '"x"'],
    ['tojson of one branch only', '{"type":"Card","x":{{ y if z else x | tojson }}}', 'Ternary'],
    ['in a condition', '{"type":"Card"{% if a %}{% else %},"x":{{ x }}{% endif %}}', '"x"'],
    ['in a loop', '{"type":"Card"{% for x in y %}{{ x }}{% endfor %}}', '"x"'],
    ['a macro', '{% macro m(x) %}{{ x }}{% endmacro %}{"type":"Card","x":"{{ m(x) }}"}', 'Macro'],
  ])('refuses a template that prints %s', (_what, text, named) => {
    const error = failure(() => template(text))
    expect(error.code).toBe('template_invalid')
    expect(error.message).toContain(named)
    expect(error.message).toContain('tojson')
  })

  it.each<[string, string | object]>([
    ['no JSON', '{"version":'],
    ['another version', { version: '2.0', name: 'x', template: '{}' }],
    ['no name', { version: '1.0', template: '{}' }],
    ['no template', { version: '1.0', name: 'x' }],
  ])('refuses a file with %s', (_what, definition) => {
    expect(failure(() => new WidgetTemplate(definition)).code).toBe('definition_invalid')
  })

  it.each([
    ['what is no Jinja', '{% if %}', 'template_invalid'],
    ['what renders no JSON', '{"type":"Card",}', 'output_invalid'],
    ['what renders no widget', '{"type":"Button"}', 'output_invalid'],
    ['what nests too deep', `{"type":"Card","x":${'['.repeat(70)}${']'.repeat(70)}}`, 'output_invalid'],
    ['a call of what is not there', '{"type":"Card","x":{{ (nothing()) | tojson }}}', 'template_invalid'],
  ])('refuses %s', (_what, text, code) => {
    expect(failure(() => template(text).build({})).code).toBe(code)
  })

  it('refuses a schema that leads nowhere', () => {
    const lost = template('{"type":"Card"}', { $ref: '#/$defs/nowhere' })
    expect(failure(() => lost.build({})).code).toBe('definition_invalid')
  })

  it('gives a template no way to what is not data', () => {
    const curious = template(
      '{"type":"Card","a":{{ (x.constructor) | tojson }},"b":{{ (x.__proto__) | tojson }},"c":{{ (process) | tojson }}}',
    )
    expect(curious.build({ x: {} })).toEqual({ type: 'Card' })
  })
})
