import { element } from './element.ts'
import type { ItemTools, MessageView } from './item-view.ts'
import type { ThreadItemOf } from './thread-items.ts'

/** A picture that was made for the learner; while it is made, the last that is there of it. */
export function generatedImageView({ image }: ItemTools): MessageView<ThreadItemOf<'generated_image'>> {
  const frame = element('div', { class: 'chat-generated' })
  const root = element(
    'article',
    { class: 'chat-message chat-message-image' },
    element('h3', { class: 'visually-hidden' }, 'Image'),
    frame,
  )
  let shown: string | undefined

  return {
    root,
    update: ({ image: made }, pending) => {
      const url = made?.url ?? ''
      if (url !== shown) {
        const words = element('p', {}, pending ? 'Making an image…' : 'There is no image.')
        frame.replaceChildren(url === '' ? words : image(url, 'Generated image'))
      }
      shown = url
      frame.classList.toggle('chat-generated-pending', pending)
      root.ariaBusy = String(pending)
    },
  }
}
