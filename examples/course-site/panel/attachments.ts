import type { ChatKitClient } from '@robolearn/chatkit-server-core/client'
import { type AttachmentRow, createAttachmentRow } from './attachment-row.ts'
import { refusalOf, type UploadRules } from './attachment-rules.ts'
import { removeUpload, uploadFile, UploadError } from './attachment-upload.ts'
import { button, element } from './element.ts'
import type { Attachment } from './thread-items.ts'

/** The files that go with the next message. */
export interface Attachments {
  /** The list of them, hidden while there is none. */
  list: HTMLElement
  /** Opens the system's choice of files. */
  picker: HTMLElement
  add: (files: Iterable<File>) => void
  /** `failed`: one of them did not arrive, and is to be tried again or removed. */
  state: () => 'ready' | 'uploading' | 'failed'
  /** Called when the state may have changed. */
  onChange: (listener: () => void) => void
  /** Gives those that arrived, and begins anew. */
  take: () => Attachment[]
  /** Puts back what could not be sent. */
  restore: (attachments: readonly Attachment[]) => void
}

interface Entry {
  row: AttachmentRow
  state: ReturnType<Attachments['state']>
  attachment?: Attachment
  abort: AbortController
}

export function createAttachments(client: Pick<ChatKitClient, 'send'>, rules: UploadRules): Attachments {
  const entries: Entry[] = []
  let changed = (): void => {}
  const rows = element('ul', { class: 'chat-uploads', 'aria-label': 'Files to send' })
  const status = element('p', { class: 'visually-hidden', role: 'status' })
  const list = element('div', { class: 'chat-upload-list' }, rows, status)
  const input = element('input', { type: 'file', multiple: '', accept: rules.accept.join(','), hidden: '' })
  const open = button(
    '+',
    { class: 'chat-attach', 'aria-label': 'Attach files', title: 'Attach files' },
    () => input.click(),
  )
  const picker = element('span', { class: 'chat-attach-place' }, open, input)

  function drop(entry: Entry): void {
    entry.abort.abort()
    entry.row.close()
    entry.row.root.remove()
    entries.splice(entries.indexOf(entry), 1)
  }

  function remove(entry: Entry): void {
    const place = entries.indexOf(entry)
    drop(entry)
    if (entry.attachment) void removeUpload(client, entry.attachment.id)
    // The button that was pressed is gone.
    const next = entries[place] ?? entries[place - 1]
    if (next) next.row.focusRemove()
    else open.focus()
    changed()
  }

  function refuse(entry: Entry, name: string, error: UploadError): void {
    entry.state = 'failed'
    entry.row.showProblem(error.message, error.canRetry)
    status.textContent = `${name}: ${error.message}`
  }

  async function send(entry: Entry, file: File): Promise<void> {
    const { signal } = entry.abort
    entry.state = 'uploading'
    entry.row.showProgress(0)
    changed()
    try {
      const options = { client, rules, signal, onProgress: entry.row.showProgress }
      const attachment = await uploadFile(file, options)
      if (signal.aborted) return void removeUpload(client, attachment.id)
      entry.attachment = attachment
      entry.state = 'ready'
      entry.row.showDone()
      status.textContent = `${file.name} is attached.`
    } catch (error) {
      if (signal.aborted || !(error instanceof UploadError)) return
      refuse(entry, file.name, error)
    }
    changed()
  }

  function addFile(file: File): void {
    const row = createAttachmentRow({
      file,
      onRemove: () => remove(entry),
      onRetry: () => {
        row.focusRemove()
        void send(entry, file)
      },
    })
    const entry: Entry = { row, state: 'uploading', abort: new AbortController() }
    entries.push(entry)
    rows.append(row.root)
    const refusal = refusalOf(file, rules)
    if (refusal === undefined) void send(entry, file)
    else refuse(entry, file.name, new UploadError(refusal, { canRetry: false }))
    changed()
  }

  function addSent(attachment: Attachment): void {
    const row = createAttachmentRow({ file: attachment, onRemove: () => remove(entry), onRetry: () => {} })
    const entry: Entry = { row, state: 'ready', attachment, abort: new AbortController() }
    row.showDone()
    entries.push(entry)
    rows.append(row.root)
  }

  input.addEventListener('change', () => {
    for (const file of input.files ?? []) addFile(file)
    // The same file can be chosen again.
    input.value = ''
  })

  return {
    list,
    picker,
    add: (files) => {
      for (const file of files) addFile(file)
    },
    state: () => {
      if (entries.some(({ state }) => state === 'failed')) return 'failed'
      return entries.some(({ state }) => state === 'uploading') ? 'uploading' : 'ready'
    },
    onChange: (listener) => {
      changed = listener
    },
    take: () => {
      const taken = entries.flatMap(({ attachment }) => attachment ?? [])
      for (const entry of entries.toReversed()) drop(entry)
      status.textContent = ''
      return taken
    },
    restore: (attachments) => {
      for (const attachment of attachments) addSent(attachment)
    },
  }
}
