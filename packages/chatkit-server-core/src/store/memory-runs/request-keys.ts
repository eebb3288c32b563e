import type { RunRef, Scope } from '../scope.ts'
import { scopedKey } from './private-states.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

interface KeyRecord {
  bodyHash: string
  run: RunRef
  expiresAtMs: number
}

/** Which request a client's idempotency key belongs to, for 24 hours. */
export class RequestKeys {
  readonly #now: () => number
  /** In the order in which they expire. */
  readonly #keys = new Map<string, KeyRecord>()

  constructor(now: () => number) {
    this.#now = now
  }

  get(key: string, scope: Scope): Omit<KeyRecord, 'expiresAtMs'> | undefined {
    const record = this.#keys.get(scopedKey(key, scope))
    return record && record.expiresAtMs > this.#now() ? record : undefined
  }

  set(key: string, bodyHash: string, run: RunRef, scope: Scope): void {
    const now = this.#now()
    for (const [other, { expiresAtMs }] of this.#keys) {
      if (expiresAtMs > now) break
      this.#keys.delete(other)
    }
    this.#keys.set(scopedKey(key, scope), { bodyHash, run, expiresAtMs: now + DAY_MS })
  }

  forgetThread(threadId: string): void {
    for (const [key, { run }] of this.#keys) if (run.threadId === threadId) this.#keys.delete(key)
  }
}
