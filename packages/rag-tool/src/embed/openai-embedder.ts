import { RagError } from '../errors.ts'
import { cutToBatches } from './cut-to-batches.ts'
import type { Embedder } from './embedder.ts'
import { fetchEmbeddings, type EmbeddingsService } from './fetch-embeddings.ts'

export interface OpenAIEmbedderOptions {
  /** Default: `text-embedding-3-small`. */
  model?: string
  /**
   * How many numbers each vector has. Default: those of OpenAI's models (1,536; 3,072 for `text-embedding-3-large`). For
   * another model it must be given. Models of OpenAI from `text-embedding-3` on are asked to shorten theirs to it.
   */
  dimensions?: number
  /** Default: the environment's `OPENAI_API_KEY`. Servers of one's own often need none. */
  apiKey?: string
  /** Of any server that speaks OpenAI's `/embeddings`. Default: the environment's `OPENAI_BASE_URL`, else OpenAI. */
  baseUrl?: string
  /** The most texts in one request. Default: 256. */
  maxBatchTexts?: number
  /** The most tokens in one request, counted high: a token for each three UTF-8 bytes. Default: 200,000. */
  maxBatchTokens?: number
  /** Longer texts are cut to it, counted in the same way. Default: 8,000. */
  maxTextTokens?: number
  /** How often a request is tried again after a rate limit, a server's fault or a lost connection. Default: 5. */
  maxRetries?: number
  /** One try may take so long. Default: 60,000. */
  timeoutMs?: number
  /** The longest that is waited before a try, also when the server asks for more. Default: 60,000. */
  maxDelayMs?: number
  /** Put before each text by its kind, where a model wants it (`query: `, `passage: `). */
  prefixes?: { query: string; document: string }
}

const KNOWN_DIMENSIONS: Readonly<Record<string, number>> = {
  'text-embedding-3-small': 1_536,
  'text-embedding-3-large': 3_072,
  'text-embedding-ada-002': 1_536,
}

/**
 * Embeds with OpenAI or any server that speaks its protocol. Its `model` is the model's name, with the number of
 * dimensions where it is not the model's own.
 */
export function createOpenAIEmbedder(options: OpenAIEmbedderOptions = {}): Embedder {
  const { model = 'text-embedding-3-small', prefixes, maxBatchTexts = 256 } = options
  const { maxBatchTokens = 200_000, maxTextTokens = 8_000 } = options
  const known = Object.hasOwn(KNOWN_DIMENSIONS, model) ? KNOWN_DIMENSIONS[model] : undefined
  const dimensions = options.dimensions ?? known
  if (dimensions === undefined)
    throw new RagError(
      'invalid_option',
      `The dimensions of the model "${model}" are not known here; give them.`,
    )
  const service: EmbeddingsService = {
    model,
    url: `${(options.baseUrl ?? (process.env.OPENAI_BASE_URL || 'https://api.openai.com/v1')).replace(/\/+$/, '')}/embeddings`,
    apiKey: options.apiKey ?? (process.env.OPENAI_API_KEY || undefined),
    ...(model.startsWith('text-embedding-3') && { dimensions }),
    maxRetries: options.maxRetries ?? 5,
    timeoutMs: options.timeoutMs ?? 60_000,
    maxDelayMs: options.maxDelayMs ?? 60_000,
  }
  return {
    dimensions,
    model: known === undefined || known === dimensions ? model : `${model}@${dimensions}`,
    async embed(texts, { kind, signal }) {
      const given = prefixes ? texts.map((text) => prefixes[kind] + text) : texts
      const vectors: number[][] = []
      for (const batch of cutToBatches(given, { maxBatchTexts, maxBatchTokens, maxTextTokens }))
        vectors.push(...(await fetchEmbeddings(service, batch, signal)))
      return vectors
    },
  }
}
