/** Durations, told by their middle and their ends. */
export class Times {
  readonly #ms: number[] = []

  add(ms: number): void {
    this.#ms.push(ms)
  }

  summary(): string {
    const sorted = this.#ms.toSorted((a, b) => a - b)
    const at = (share: number): string =>
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(0)
    return sorted.length === 0
      ? 'none'
      : `${sorted.length} times, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`
  }
}
