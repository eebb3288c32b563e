/** Which thread a learner has open, from page to page of this tab. */
export function threadOf(learner: string): { read: () => string | null; keep: (id: string | null) => void } {
  const key = `official-thread:${learner}`
  return {
    read: () => sessionStorage.getItem(key),
    keep: (id) => (id === null ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, id)),
  }
}
