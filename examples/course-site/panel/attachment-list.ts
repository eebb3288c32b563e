import { element } from './element.ts'
import type { ImageMaker } from './safe-image.ts'
import type { Attachment } from './thread-items.ts'

/** The files of a message: pictures to look at, the others by name. Nothing where there is none. */
export function attachmentList(attachments: readonly Attachment[], image: ImageMaker): HTMLElement[] {
  if (attachments.length === 0) return []
  const items = attachments.map((attachment) =>
    attachment.type === 'image'
      ? element('li', { class: 'chat-picture' }, image(attachment.preview_url, attachment.name))
      : element('li', { class: 'chat-file' }, element('bdi', {}, attachment.name)),
  )
  return [element('ul', { class: 'chat-attachments', 'aria-label': 'Files' }, ...items)]
}
