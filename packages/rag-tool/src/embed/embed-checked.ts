import { RagError } from '../errors.ts'
import type { Embedder } from './embedder.ts'

/** Embeds, and throws where an embedder does not give what it promises: the index would be wrong without a word. */
export async function embedChecked(
  embedder: Embedder,
  texts: string[],
  options: { signal?: AbortSignal; kind: 'query' | 'document' },
): Promise<number[][]> {
  if (texts.length === 0) return []
  const vectors = await embedder.embed(texts, options)
  const refuse = (problem: string): never => {
    throw new RagError('embedder_failed', `The embedder "${embedder.model}" ${problem}`)
  }
  if (vectors.length !== texts.length)
    refuse(`gave ${vectors.length} vectors for ${texts.length} texts; it must give one for each, in order.`)
  for (const vector of vectors) {
    if (vector.length !== embedder.dimensions)
      refuse(`gave a vector of ${vector.length} numbers, but its \`dimensions\` is ${embedder.dimensions}.`)
    if (!vector.every(Number.isFinite)) refuse('gave a vector with a number that is not finite.')
  }
  return vectors
}
