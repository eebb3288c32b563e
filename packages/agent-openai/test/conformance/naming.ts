/**
 * Names ids in the order in which they first appear, as the recordings do: `thread_1`, `item_1`, … Ids are known by
 * where they stand. Times are written `<time>`, whole seconds of a duration `<seconds>`.
 */
export function createNaming(): (value: unknown) => unknown {
  const names = new Map<string, string>()
  let items = 0
  const name = (id: unknown, make: () => string): void => {
    if (typeof id === 'string' && !names.has(id)) names.set(id, make())
  }
  const learn = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(learn)
    if (typeof value !== 'object' || value === null) return
    const { id, thread_id: threadId, item_id: itemId, thread } = value as Record<string, unknown>
    if (typeof thread === 'object' && thread !== null) name((thread as { id?: unknown }).id, () => 'thread_1')
    name(threadId, () => 'thread_1')
    if (threadId !== undefined) name(id, () => `item_${++items}`)
    name(itemId, () => `item_${++items}`)
    Object.values(value).forEach(learn)
  }
  return (value) => {
    learn(value)
    return JSON.parse(
      JSON.stringify(value, (key, field: unknown) => {
        if (key === 'created_at') return '<time>'
        if (key === 'duration' && Number.isInteger(field) && Number(field) >= 0) return '<seconds>'
        return typeof field === 'string' ? (names.get(field) ?? field) : field
      }),
    )
  }
}
