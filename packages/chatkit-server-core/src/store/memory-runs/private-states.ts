import type { Scope } from '../scope.ts'

interface State {
  value: unknown
  expiresAtMs: number
}

/** Small private values that expire, each of them for one owner. */
export class PrivateStates {
  readonly #now: () => number
  readonly #states = new Map<string, State>()

  constructor(now: () => number) {
    this.#now = now
  }

  save(key: string, value: unknown, ttlMs: number, scope: Scope): void {
    for (const [other, { expiresAtMs }] of this.#states) {
      if (expiresAtMs <= this.#now()) this.#states.delete(other)
    }
    this.#states.set(scopedKey(key, scope), {
      value: structuredClone(value),
      expiresAtMs: this.#now() + ttlMs,
    })
  }

  claim(key: string, scope: Scope): unknown {
    const state = this.#states.get(scopedKey(key, scope))
    this.#states.delete(scopedKey(key, scope))
    return state && state.expiresAtMs > this.#now() ? state.value : undefined
  }
}

/** A key that no other owner or tenant can write. */
export const scopedKey = (key: string, { owner, tenant }: Scope): string =>
  JSON.stringify([tenant ?? null, owner, key])
