import { newKey } from './new-key.ts'

/** One request that opens a turn, over all the times that it is posted. */
export interface Attempt {
  key: string
  /** As it was sent first: under the key no other may follow. */
  body: string
  /** Whether its client left it, and may come back. */
  isLeft: boolean
  /** Whether events came that a client can go on behind. */
  hasEvents: boolean
}

/** The requests whose answers have not ended, by what their client posted. */
export class Attempts {
  readonly #attempts = new Map<string, Attempt>()

  /**
   * The attempt that a post belongs to. Who was given events, left, and does not ask for the rest is not coming back:
   * the same words are a new message then. Undefined where the rest is asked for of what was not posted here.
   */
  of(posted: string, isResume: boolean, toBody: () => string): Attempt | undefined {
    const known = this.#attempts.get(posted)
    if (known && (isResume || !known.isLeft || !known.hasEvents)) {
      known.isLeft = false
      return known
    }
    if (isResume) return undefined
    const attempt = { key: newKey(), body: toBody(), isLeft: false, hasEvents: false }
    this.#attempts.set(posted, attempt)
    return attempt
  }

  end(attempt: Attempt | undefined): void {
    for (const [posted, other] of this.#attempts) if (other === attempt) this.#attempts.delete(posted)
  }
}
