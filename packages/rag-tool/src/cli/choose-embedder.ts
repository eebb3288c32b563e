import type { Embedder } from '../embed/embedder.ts'
import { createLocalEmbedder } from '../embed/local-embedder.ts'
import { createOpenAIEmbedder } from '../embed/openai-embedder.ts'
import { UsageError } from './command.ts'

/** `openai`, `openai:MODEL`, `openai:MODEL@DIMENSIONS` or `local`. */
export function chooseEmbedder(text: string): Embedder {
  const [, name, model, dimensions] = /^(openai|local)(?::([^@]+)(?:@(\d+))?)?$/.exec(text) ?? []
  if (name === 'local' && model === undefined) return createLocalEmbedder()
  if (name !== 'openai')
    throw new UsageError('--embedder must be openai, openai:MODEL, openai:MODEL@DIMENSIONS or local')
  return createOpenAIEmbedder({
    ...(model !== undefined && { model }),
    ...(dimensions !== undefined && { dimensions: Number(dimensions) }),
  })
}
