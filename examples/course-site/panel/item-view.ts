import type { ItemOperations } from './item-operations.ts'
import type { ImageMaker } from './safe-image.ts'
import type { ThreadItem } from './thread-items.ts'

/** An item in the list that can be brought up to date. */
export interface MessageView<T extends ThreadItem> {
  root: HTMLElement
  update: (item: T, pending: boolean) => void
}

/** What the views of items can do. */
export interface ItemTools extends ItemOperations {
  image: ImageMaker
}
