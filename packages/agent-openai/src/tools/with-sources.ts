import type { Annotation, Source, ThreadStreamEvent } from '@robolearn/chatkit-server-core'

/** A message that is done with what tools have cited, at the end of its last part; takes the sources. */
export function withSources(event: ThreadStreamEvent, sources: Source[] = []): ThreadStreamEvent[] {
  if (event.type !== 'thread.item.done' || sources.length === 0) return [event]
  const { item } = event
  if (item.type !== 'assistant_message') return [event]
  const index = item.content.length - 1
  const last = item.content[index]
  if (!last) return [event]
  const annotations = sources
    .splice(0)
    .map((source): Annotation => ({ type: 'annotation', source, index: last.text.length }))
  const added = annotations.map((annotation, offset): ThreadStreamEvent => ({
    type: 'thread.item.updated',
    item_id: item.id,
    update: {
      type: 'assistant_message.content_part.annotation_added',
      content_index: index,
      annotation_index: last.annotations.length + offset,
      annotation,
    },
  }))
  const part = { ...last, annotations: [...last.annotations, ...annotations] }
  return [...added, { type: 'thread.item.done', item: { ...item, content: item.content.with(index, part) } }]
}
