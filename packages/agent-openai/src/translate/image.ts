import type { GeneratedImageItem, ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import type { Mint } from './message.ts'
import type { ModelImage } from './model-event.ts'

/** An image that is being made, and which output of the response it is. */
export interface OpenImage {
  readonly item: GeneratedImageItem
  readonly output: number
}

export interface ImageStep {
  image: OpenImage
  events: ThreadStreamEvent[]
}

export function beginImage(output: number, mint: Mint): ImageStep {
  const item: GeneratedImageItem = {
    id: mint.generateId('msg'),
    thread_id: mint.threadId,
    created_at: mint.now().toISOString(),
    type: 'generated_image',
  }
  return { image: { item, output }, events: [{ type: 'thread.item.added', item }] }
}

/** A preview. How far it is along can be told only where it is known how many are to come. */
export function previewImage(
  { item }: OpenImage,
  { id = item.id, url }: ModelImage,
  { index, expected }: { index: number; expected: number },
): ThreadStreamEvent {
  const progress = expected > 0 ? { progress: Math.min(index / expected, 1) } : {}
  const update = { type: 'generated_image.updated' as const, image: { id, url }, ...progress }
  return { type: 'thread.item.updated', item_id: item.id, update }
}

export function finishImage({ item }: OpenImage, { id = item.id, url }: ModelImage): ThreadStreamEvent {
  return { type: 'thread.item.done', item: { ...item, image: { id, url } } }
}
