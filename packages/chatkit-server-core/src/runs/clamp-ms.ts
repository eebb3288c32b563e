/** The longest time that a timer can wait: more would fire at once. Close to 25 days. */
const MAX_MS = 2_147_483_647

/** A time that a timer understands; as good as never where it is more. */
export const clampMs = (ms: number): number => Math.min(ms, MAX_MS)
