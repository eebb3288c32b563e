import type { Embedder } from '../src/index.ts'

/**
 * Knows what texts are about, because it was told: texts of one topic have nearly the same vector, others are far. The
 * first topic whose word a text holds is its own; a text of none has a direction of its own.
 */
export function oracleEmbedder(topics: readonly (readonly string[])[], model = 'oracle'): Embedder {
  const dimensions = topics.length + 2
  return {
    model,
    dimensions,
    embed: async (texts) =>
      texts.map((text) => {
        const folded = text.toLowerCase()
        const topic = topics.findIndex((words) => words.some((word) => folded.includes(word)))
        const vector = Array.from({ length: dimensions }, () => 0.01)
        vector[topic < 0 ? topics.length : topic] = 1
        // Longer texts lie a little farther, so that no two of a topic are equally near.
        vector[topics.length + 1] = text.length / 10_000
        return vector
      }),
  }
}
