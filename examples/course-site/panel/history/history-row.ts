import { button, element } from '../element.ts'
import { iconButton } from '../icon.ts'
import { markLanguage } from '../text-language.ts'
import { formatWhen } from './format-when.ts'
import type { Outcome, Thread } from './thread-list.ts'
import { createTitleForm } from './title-form.ts'

export interface HistoryRow {
  root: HTMLLIElement
  update: (thread: Thread, isOpen: boolean) => void
  focus: () => void
}

export interface HistoryRowOptions {
  thread: Thread
  onOpen: () => void
  onRename: (title: string) => Promise<Outcome>
  /** Only when it fails the row is still there afterwards. */
  onDelete: () => Promise<Outcome>
}

export const titleOf = (thread: Pick<Thread, 'title'>): string =>
  thread.title?.trim() || 'Untitled conversation'

/** One conversation in the list: open it, write its title anew, delete it after a question. */
export function createHistoryRow(options: HistoryRowOptions): HistoryRow {
  const { onOpen, onRename, onDelete } = options
  let thread = options.thread
  const title = element('span', { class: 'chat-row-title', dir: 'auto' })
  const when = element('time', { class: 'chat-row-when', datetime: thread.created_at })
  when.textContent = formatWhen(new Date(thread.created_at), new Date())
  const open = button('', { class: 'chat-row-open' }, onOpen)
  open.append(title, when)
  const rename = iconButton('pencil', '', startRename)
  const remove = iconButton('bin', '', askToDelete)
  const plain = element('div', { class: 'chat-row' }, open, rename, remove)
  const problem = element('p', { class: 'chat-row-problem', role: 'alert' })
  const root = element('li', {}, plain, problem)

  function show(content: HTMLElement): void {
    root.replaceChildren(content, problem)
    problem.textContent = ''
  }

  function startRename(): void {
    const cancel = (): void => {
      show(plain)
      rename.focus()
    }
    const save = async (next: string): Promise<void> => {
      const outcome = await onRename(next)
      if (outcome === 'failed') problem.textContent = 'The title could not be saved. Try again.'
      if (outcome === 'done') cancel()
    }
    const form = createTitleForm({
      title: thread.title ?? '',
      onSave: (next) => void save(next),
      onCancel: cancel,
    })
    show(form)
    form.querySelector('input')?.select()
  }

  function askToDelete(): void {
    const keep = (): void => {
      show(plain)
      remove.focus()
    }
    const confirm = async (): Promise<void> => {
      if ((await onDelete()) === 'failed') problem.textContent = 'It could not be deleted. Try again.'
    }
    const question = element('p', { id: `chat-delete-${thread.id}` }, 'Delete “')
    question.append(element('bdi', {}, titleOf(thread)), '”? It cannot be brought back.')
    const keepButton = button('Keep', { class: 'chat-button' }, keep)
    const box = element(
      'div',
      { class: 'chat-row-delete', role: 'group', 'aria-labelledby': question.id },
      question,
      element(
        'div',
        { class: 'chat-row-choice' },
        button('Delete', { class: 'chat-button chat-danger' }, () => void confirm()),
        keepButton,
      ),
    )
    box.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      keep()
    })
    show(box)
    keepButton.focus()
  }

  function update(next: Thread, isOpen: boolean): void {
    thread = next
    title.textContent = titleOf(next)
    markLanguage(title)
    for (const [control, verb] of [
      [rename, 'Rename'],
      [remove, 'Delete'],
    ] as const) {
      control.ariaLabel = `${verb} “${titleOf(next)}”`
      control.title = verb
    }
    open.ariaCurrent = isOpen ? 'true' : null
  }

  update(thread, false)
  return { root, update, focus: () => open.focus() }
}
