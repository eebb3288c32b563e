import type { InputAnswers } from './item-operations.ts'
import { button, element } from './element.ts'
import type { ItemTools, MessageView } from './item-view.ts'
import type { StructuredInput, StructuredInputItem } from './thread-items.ts'

interface QuestionField {
  root: HTMLElement
  values: () => string[]
}

function questionField(input: StructuredInput, id: string): QuestionField {
  if (input.type === 'freeform') {
    const described = input.description ? { 'aria-describedby': `${id}-help` } : {}
    const field = element('textarea', { id, rows: '2', dir: 'auto', class: 'widget-field', ...described })
    const help = element(
      'p',
      { id: `${id}-help`, class: 'chat-input-help', dir: 'auto' },
      input.description ?? '',
    )
    const root = element(
      'div',
      { class: 'chat-input-question' },
      element('label', { for: id, dir: 'auto' }, input.question),
      ...(input.description ? [help] : []),
      field,
    )
    return { root, values: () => (field.value.trim() === '' ? [] : [field.value.trim()]) }
  }
  const type = input.multiple ? 'checkbox' : 'radio'
  const choices = input.options.map(({ value }) => ({
    value,
    mark: element('input', { type, name: id, value, class: 'widget-choice-mark' }),
  }))
  const labels = choices.map(({ value, mark }) =>
    element('label', { class: 'widget-choice' }, mark, element('span', { dir: 'auto' }, value)),
  )
  const hint = input.multiple ? [element('p', { class: 'chat-input-help' }, 'Choose all that apply.')] : []
  const legend = element('legend', { dir: 'auto' }, input.question)
  const root = element('fieldset', { class: 'chat-input-question' }, legend, ...hint, ...labels)
  return { root, values: () => choices.filter(({ mark }) => mark.checked).map(({ value }) => value) }
}

function answersView({ inputs, status }: StructuredInputItem): HTMLElement {
  const pairs = inputs.flatMap(({ question, answer }) => {
    const values = answer?.skipped === false ? answer.values : []
    const said = values.length > 0 ? values : ['Skipped']
    const kind = values.length > 0 ? '' : 'chat-input-skipped'
    return [
      element('dt', { dir: 'auto' }, question),
      ...said.map((value) => element('dd', { dir: 'auto', class: kind }, value)),
    ]
  })
  if (status === 'skipped')
    return element('p', { class: 'chat-input-skipped' }, 'You skipped these questions.')
  return element('dl', { class: 'chat-input-answers' }, ...pairs)
}

/** Questions as a form; once they are answered or skipped, what was said. A question without an answer is skipped. */
export function structuredInputView({ sendInput }: ItemTools): MessageView<StructuredInputItem> {
  const body = element('div', { class: 'widget-card chat-input', tabindex: '-1' })
  const heading = element('h3', { class: 'visually-hidden' }, 'Questions')
  const root = element('article', { class: 'chat-message chat-message-widget' }, heading, body)
  let status: StructuredInputItem['status'] | undefined

  function form(item: StructuredInputItem): HTMLElement {
    const fields = item.inputs.map((input, place) => ({
      input,
      field: questionField(input, `input-${item.id}-${place}`),
    }))
    const problem = element('p', { class: 'chat-input-problem', role: 'alert' })
    const submit = element(
      'button',
      { type: 'submit', class: 'widget-button widget-button-main' },
      'Send answers',
    )
    const skip = button('Skip', { class: 'widget-button' }, () => void send({ status: 'skipped' }, skip))
    let isSending = false

    async function send(input: InputAnswers, control: HTMLElement): Promise<void> {
      if (isSending) return
      isSending = true
      control.ariaBusy = 'true'
      await sendInput(item, input)
      isSending = false
      control.ariaBusy = null
    }

    const made = element(
      'form',
      { class: 'chat-input-form' },
      ...fields.map(({ field }) => field.root),
      problem,
      element('div', { class: 'widget-card-buttons' }, submit, skip),
    )
    made.addEventListener('submit', (event) => {
      event.preventDefault()
      const given = fields.map(({ input, field }) => [input.id, field.values()] as const)
      const hasAny = given.some(([, values]) => values.length > 0)
      problem.textContent = hasAny ? '' : 'Answer at least one question, or skip them.'
      const answers = given.map(([id, values]) => [id, { values, skipped: values.length === 0 }])
      if (hasAny) void send({ status: 'answered', answers: Object.fromEntries(answers) }, submit)
    })
    return made
  }

  function update(item: StructuredInputItem, pending: boolean): void {
    root.ariaBusy = String(pending)
    if (item.status === status) return
    const hadFocus = body.contains(document.activeElement)
    body.replaceChildren(item.status === 'pending' ? form(item) : answersView(item))
    if (hadFocus) body.focus({ preventScroll: true })
    status = item.status
  }

  return { root, update }
}
