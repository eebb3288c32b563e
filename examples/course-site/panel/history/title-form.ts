import { button, element } from '../element.ts'

export interface TitleFormOptions {
  title: string
  onSave: (title: string) => void
  onCancel: () => void
}

/** As long as the protocol takes. */
const MAX_TITLE = 1_000

/** Where a title is written anew: Enter saves, Escape leaves it as it was, an empty one is refused. */
export function createTitleForm({ title, onSave, onCancel }: TitleFormOptions): HTMLFormElement {
  const field = element('input', {
    type: 'text',
    dir: 'auto',
    maxlength: String(MAX_TITLE),
    autocomplete: 'off',
    'aria-label': 'Title of the conversation',
  })
  field.value = title
  const problem = element('p', { id: 'chat-title-problem', class: 'chat-row-problem', role: 'alert' })
  const form = element(
    'form',
    { class: 'chat-title-form' },
    field,
    element(
      'div',
      { class: 'chat-row-choice' },
      element('button', { type: 'submit', class: 'chat-button' }, 'Save'),
      button('Cancel', { class: 'chat-button' }, onCancel),
    ),
    problem,
  )

  function complain(words: string): void {
    problem.textContent = words
    if (words === '') {
      field.removeAttribute('aria-invalid')
      field.removeAttribute('aria-describedby')
      return
    }
    field.setAttribute('aria-invalid', 'true')
    field.setAttribute('aria-describedby', problem.id)
    field.focus()
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const next = field.value.trim()
    if (next === '') complain('A title needs at least one character.')
    else if (next === title) onCancel()
    else onSave(next)
  })
  field.addEventListener('input', () => complain(''))
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return
    // Nobody else's: neither the list nor the panel closes by it.
    event.stopPropagation()
    onCancel()
  })
  return form
}
