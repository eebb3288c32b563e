/** Turns texts into vectors that lie near each other when the texts mean the same. */
export interface Embedder {
  /** How many numbers each vector has. */
  readonly dimensions: number
  /** Names what made the vectors: those of one model are never compared with another's, nor reused for it. */
  readonly model: string
  /**
   * One vector for each text, in order. `kind` tells what the texts are, for models that want to know. Rejects when it
   * cannot: with the error of the model's server, or the signal's reason.
   */
  embed(texts: string[], options: { signal?: AbortSignal; kind: 'query' | 'document' }): Promise<number[][]>
}
