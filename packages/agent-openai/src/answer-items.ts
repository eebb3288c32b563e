import type { AssistantMessageItem, Source, ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import type { Mint } from './translate/message.ts'
import { changeWorkflow, type OpenWorkflow, type WorkflowChange } from './workflow/open-workflow.ts'

/** The items of one answer: which it has, the workflow under way, and the sources that its next message carries. */
export class AnswerItems {
  readonly #mint: Mint
  readonly #sources: Source[]
  readonly #ids = new Set<string>()
  workflow: OpenWorkflow | undefined
  /** The text of the last message that was finished. */
  lastText: string | undefined

  constructor(mint: Mint, sources: Source[]) {
    this.#mint = mint
    this.#sources = sources
  }

  /** Events on their way out: the workflow ends before a message begins, and messages carry what was cited. */
  pass(events: readonly ThreadStreamEvent[]): ThreadStreamEvent[] {
    return events.flatMap((event) => {
      this.#observe(event)
      if (event.type === 'thread.item.added' && event.item.type === 'assistant_message') {
        return [...this.change({ type: 'end' }), event]
      }
      if (event.type === 'thread.item.done' && event.item.type === 'assistant_message') {
        return this.#cited(event.item)
      }
      return [event]
    })
  }

  change(change: WorkflowChange): ThreadStreamEvent[] {
    const { workflow, events } = changeWorkflow(this.workflow, change, this.#mint)
    this.workflow = workflow
    for (const event of events) this.#observe(event)
    return events
  }

  /** What takes everything back that was shown or kept. */
  removals(): ThreadStreamEvent[] {
    const ids = [...this.#ids]
    this.#ids.clear()
    this.workflow = undefined
    return ids.map((id) => ({ type: 'thread.item.removed', item_id: id }))
  }

  #observe(event: ThreadStreamEvent): void {
    if (event.type === 'thread.item.removed') this.#ids.delete(event.item_id)
    if (event.type !== 'thread.item.added' && event.type !== 'thread.item.done') return
    this.#ids.add(event.item.id)
    if (event.type === 'thread.item.done' && event.item.type === 'assistant_message') {
      this.lastText = event.item.content.map(({ text }) => text).join('')
    }
  }

  /** The sources stand at the end of the message's last part. */
  #cited(item: AssistantMessageItem): ThreadStreamEvent[] {
    const last = item.content.at(-1)
    if (!last || this.#sources.length === 0) return [{ type: 'thread.item.done', item }]
    const sources = this.#sources.splice(0)
    const annotations = sources.map((source) => ({
      type: 'annotation' as const,
      source,
      index: last.text.length,
    }))
    const content_index = item.content.length - 1
    const added = annotations.map((annotation, offset): ThreadStreamEvent => ({
      type: 'thread.item.updated',
      item_id: item.id,
      update: {
        type: 'assistant_message.content_part.annotation_added',
        content_index,
        annotation_index: last.annotations.length + offset,
        annotation,
      },
    }))
    const part = { ...last, annotations: [...last.annotations, ...annotations] }
    return [...added, { type: 'thread.item.done', item: { ...item, content: item.content.with(-1, part) } }]
  }
}
