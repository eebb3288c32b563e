/** Turns texts into vectors; the nearer two of them are (by cosine), the more alike are their texts. */
export interface Embedder {
  /** How many numbers each vector has. */
  readonly dimensions: number
  /**
   * Names what makes the vectors, with whatever changes them (`text-embedding-3-small`). Vectors of two models cannot
   * be compared: a collection keeps to the one that it was filled with.
   */
  readonly model: string
  /**
   * One vector for each text, in their order. Any number of texts of any length may be given: batches, retries and the
   * limits of a service are the embedder's matter. `kind` tells apart what is stored and what is asked, for models that
   * do; throws what `signal` was aborted with.
   */
  embed(texts: string[], options: { signal?: AbortSignal; kind: 'query' | 'document' }): Promise<number[][]>
}
