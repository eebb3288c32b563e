import type { KnowledgeBase, SearchOptions } from '@robolearn/rag-tool'

const WARM_UP = 20

export interface Times {
  p50: number
  p95: number
  /** Both, for people. */
  told: string
}

export async function measureTimes(
  knowledge: KnowledgeBase,
  questions: readonly string[],
  options: SearchOptions,
): Promise<Times> {
  for (const question of questions.slice(0, WARM_UP)) await knowledge.search(question, options)
  const timesMs: number[] = []
  for (const question of questions) {
    const startedMs = performance.now()
    await knowledge.search(question, options)
    timesMs.push(performance.now() - startedMs)
  }
  timesMs.sort((a, b) => a - b)
  const at = (share: number): number =>
    Number((timesMs[Math.floor(share * timesMs.length)] ?? Number.NaN).toFixed(2))
  const [p50, p95] = [at(0.5), at(0.95)]
  return { p50, p95, told: `${p50} / ${p95}` }
}
