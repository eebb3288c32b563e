import { sizeText, typeOfFile } from './attachment-rules.ts'
import { button, element } from './element.ts'

export interface AttachmentRow {
  root: HTMLElement
  showProgress: (share: number) => void
  showDone: () => void
  /** Says why, and offers to try again where that may help. */
  showProblem: (text: string, canRetry: boolean) => void
  focusRemove: () => void
  /** Lets go of the preview. */
  close: () => void
}

export interface AttachmentRowOptions {
  /** The file, or only its name where it was sent before. */
  file: File | { name: string }
  onRemove: () => void
  onRetry: () => void
}

const PREVIEWED = /^image\/(?:png|jpeg|gif|webp|avif)$/
const PERCENT = 100

/** A file that is to go with the next message: its preview, its name, and how far it is. */
export function createAttachmentRow({ file, onRemove, onRetry }: AttachmentRowOptions): AttachmentRow {
  const isPicture = file instanceof File && PREVIEWED.test(typeOfFile(file))
  const url = isPicture ? URL.createObjectURL(file) : undefined
  const preview =
    url === undefined
      ? element('span', { class: 'chat-upload-kind', 'aria-hidden': 'true' }, endingOf(file.name))
      : element('img', { class: 'chat-upload-preview', src: url, alt: '' })
  const said = element('span', { class: 'chat-upload-state' })
  const bar = element('progress', { max: String(PERCENT), value: '0', 'aria-label': `Sending ${file.name}` })
  const retry = button('Try again', { class: 'chat-upload-retry', hidden: '' }, onRetry)
  const remove = button('×', { class: 'chat-upload-remove', 'aria-label': `Remove ${file.name}` }, onRemove)
  const root = element(
    'li',
    { class: 'chat-upload' },
    preview,
    element('span', { class: 'chat-upload-text' }, element('bdi', {}, file.name), said, bar),
    retry,
    remove,
  )
  const size = file instanceof File ? sizeText(file.size) : ''

  function show(text: string, isProblem: boolean): void {
    said.textContent = text
    bar.hidden = true
    root.classList.toggle('chat-upload-failed', isProblem)
    retry.hidden = true
  }

  return {
    root,
    showProgress: (share) => {
      show('', false)
      bar.hidden = false
      bar.value = Math.round(share * PERCENT)
    },
    showDone: () => show(size, false),
    showProblem: (text, canRetry) => {
      show(text, true)
      retry.hidden = !canRetry
    },
    focusRemove: () => remove.focus(),
    close: () => {
      if (url !== undefined) URL.revokeObjectURL(url)
    },
  }
}

const MAX_ENDING_LENGTH = 4

function endingOf(name: string): string {
  const ending = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : ''
  return ending.length > MAX_ENDING_LENGTH ? 'file' : ending || 'file'
}
