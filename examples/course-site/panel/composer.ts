import { button, element } from './element.ts'

export interface Composer {
  root: HTMLElement
  focus: () => void
  /** While an answer is on its way a question can be written, but not sent; where it can be stopped, Stop is there. */
  setBusy: (state: { busy: boolean; canStop: boolean }) => void
  /** Puts back what could not be sent, unless something else was written since. */
  restore: (question: string) => void
  /** Puts words behind those that are written. */
  insert: (words: string) => void
  /** Puts a control beside the field. */
  addTool: (tool: HTMLElement) => void
}

/** Where a question is written. Enter sends it, Shift+Enter begins a new line. */
export function createComposer(onSend: (question: string) => void, onStop: () => void): Composer {
  const field = element('textarea', {
    id: 'chat-question',
    rows: '1',
    dir: 'auto',
    autocomplete: 'off',
    placeholder: 'Ask a question…',
    'aria-describedby': 'chat-hint',
  })
  const send = element('button', { type: 'submit', class: 'chat-send' }, 'Send')
  const stop = button('Stop', { class: 'chat-button', hidden: '' }, onStop)
  const root = element(
    'form',
    { class: 'chat-composer' },
    element('label', { for: 'chat-question', class: 'visually-hidden' }, 'Your question'),
    element('div', { class: 'chat-field' }, field, stop, send),
    element('p', { id: 'chat-hint', class: 'chat-hint' }, 'Enter sends, Shift+Enter begins a new line.'),
  )
  let busy = false

  function submit(): void {
    const question = field.value.trim()
    if (busy || question === '') return
    field.value = ''
    onSend(question)
    field.focus()
  }

  field.addEventListener('keydown', (event) => {
    // An Enter that ends the composition of a character (229 in Safari, where the flag is already off) is not ours.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    submit()
  })
  root.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })

  return {
    root,
    focus: () => field.focus(),
    setBusy: ({ busy: next, canStop }) => {
      busy = next
      if (!canStop && document.activeElement === stop) field.focus()
      stop.hidden = !canStop
      // Not `disabled`: the button would lose the focus.
      send.setAttribute('aria-disabled', String(busy))
    },
    restore: (question) => {
      if (field.value === '') field.value = question
    },
    insert: (words) => {
      field.value = [field.value.trimEnd(), words].filter((part) => part !== '').join(' ')
      field.focus()
    },
    addTool: (tool) => field.after(tool),
  }
}
