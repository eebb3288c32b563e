import { labelText } from './prometheus-text.ts'

const BOUNDS_SECONDS = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30]

/** Durations in buckets, as Prometheus counts them. */
export class Histogram {
  readonly #name: string
  readonly #help: string
  readonly #counts = BOUNDS_SECONDS.map(() => 0)
  #count = 0
  #sum = 0

  constructor({ name, help }: { name: string; help: string }) {
    this.#name = name
    this.#help = help
  }

  observe(seconds: number): void {
    this.#count += 1
    this.#sum += seconds
    for (const [index, bound] of BOUNDS_SECONDS.entries()) {
      if (seconds <= bound) this.#counts[index] = (this.#counts[index] ?? 0) + 1
    }
  }

  text(): string {
    const buckets = BOUNDS_SECONDS.map(
      (bound, index) => `${this.#name}_bucket${labelText({ le: String(bound) })} ${this.#counts[index]}`,
    )
    return [
      `# HELP ${this.#name} ${this.#help}`,
      `# TYPE ${this.#name} histogram`,
      ...buckets,
      `${this.#name}_bucket${labelText({ le: '+Inf' })} ${this.#count}`,
      `${this.#name}_sum ${this.#sum}`,
      `${this.#name}_count ${this.#count}`,
    ].join('\n')
  }
}
