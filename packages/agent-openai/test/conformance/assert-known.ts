/** What a replay does not know, it must not pass over: it fails. */
export function assertKnown(value: object, known: readonly string[], what: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new Error(`its ${what} has "${unknown}", which the replay does not know`)
}
