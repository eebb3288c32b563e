import type { Attachments } from './attachments.ts'
import type { ChatMessage } from './chat-state.ts'
import { button, element } from './element.ts'

export interface Composer {
  root: HTMLElement
  focus: () => void
  /** While an answer is on its way a question can be written, but not sent; where it can be stopped, Stop is there. */
  setBusy: (state: { busy: boolean; canStop: boolean }) => void
  /** Puts back what could not be sent, unless something else was written since. */
  restore: (question: ChatMessage) => void
  /** Puts words behind those that are written. */
  insert: (words: string) => void
  /** Puts a control beside the field. */
  addTool: (tool: HTMLElement) => void
}

/**
 * Where a question is written. Enter sends it, Shift+Enter begins a new line. Where the site takes files they can be
 * chosen, pasted and dropped, and a question waits for its files.
 */
export function createComposer(
  onSend: (question: ChatMessage) => void,
  onStop: () => void,
  attachments?: Attachments,
): Composer {
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
  const problem = element('p', { class: 'chat-composer-problem', role: 'status' })
  const root = element(
    'form',
    { class: 'chat-composer' },
    ...(attachments ? [attachments.list] : []),
    element('label', { for: 'chat-question', class: 'visually-hidden' }, 'Your question'),
    element('div', { class: 'chat-field' }, ...(attachments ? [attachments.picker] : []), field, stop, send),
    ...(attachments ? [problem] : []),
    element('p', { id: 'chat-hint', class: 'chat-hint' }, 'Enter sends, Shift+Enter begins a new line.'),
  )
  let busy = false
  let isWaiting = false

  function wait(next: boolean, words = ''): void {
    isWaiting = next
    problem.textContent = words
  }

  function submit(): void {
    if (busy) return
    const state = attachments?.state() ?? 'ready'
    if (state === 'uploading') return wait(true, 'It is sent as soon as the files are there.')
    if (state === 'failed') return wait(false, 'Remove the file that could not be sent, or try it again.')
    const text = field.value.trim()
    const files = attachments?.take() ?? []
    wait(false)
    if (text === '' && files.length === 0) return
    field.value = ''
    onSend({ text, ...(files.length > 0 ? { attachments: files } : {}) })
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
  attachments?.onChange(() => {
    if (isWaiting && attachments.state() !== 'uploading') submit()
    else if (!isWaiting) wait(false)
  })
  if (attachments) takeFiles(root, attachments)

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
      if (field.value !== '') return
      field.value = question.text
      attachments?.restore(question.attachments ?? [])
    },
    insert: (words) => {
      field.value = [field.value.trimEnd(), words].filter((part) => part !== '').join(' ')
      field.focus()
    },
    addTool: (tool) => field.after(tool),
  }
}

function takeFiles(root: HTMLElement, attachments: Attachments): void {
  const filesIn = (data: DataTransfer | null): File[] => [...(data?.files ?? [])]
  const mark = (on: boolean): void => void root.classList.toggle('chat-composer-drop', on)

  root.addEventListener('paste', (event) => {
    const files = filesIn(event.clipboardData)
    // A text that was copied with its picture is pasted as text.
    if (files.length === 0 || event.clipboardData?.types.includes('text/plain')) return
    event.preventDefault()
    attachments.add(files)
  })
  root.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    mark(true)
  })
  root.addEventListener('dragleave', (event) => {
    if (!(event.relatedTarget instanceof Node && root.contains(event.relatedTarget))) mark(false)
  })
  root.addEventListener('drop', (event) => {
    mark(false)
    const files = filesIn(event.dataTransfer)
    if (files.length === 0) return
    event.preventDefault()
    attachments.add(files)
  })
}
