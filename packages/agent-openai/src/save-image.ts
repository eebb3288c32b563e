import type { ThreadStreamEvent } from '@robolearn/chatkit-server-core'

export interface ImageToSave {
  /** The model's id of the image. */
  readonly id: string
  readonly itemId: string
  readonly bytes: Uint8Array
  readonly mimeType: string
}

/** Keeps the bytes, and gives the URL that the item is to hold instead of them. */
export type SaveImage = (image: ImageToSave) => Promise<string> | string

const DATA_URL = /^data:([^;,]+);base64,(.*)$/s

/** A finished image with its bytes where they belong; any other item as it is. */
export async function keepImage(
  event: Extract<ThreadStreamEvent, { type: 'thread.item.done' }>,
  save: SaveImage | undefined,
): Promise<ThreadStreamEvent> {
  const { item } = event
  if (!save || item.type !== 'generated_image' || !item.image) return event
  const { id, url } = item.image
  const [, mimeType, base64] = DATA_URL.exec(url) ?? []
  if (mimeType === undefined || base64 === undefined) return event
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  const saved = await save({ id, itemId: item.id, bytes, mimeType })
  return { ...event, item: { ...item, image: { id, url: saved } } }
}
