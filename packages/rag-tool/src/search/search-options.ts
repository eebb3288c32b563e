import type { Filter, MetadataSchema } from './filter.ts'
import type { Passage } from './passage.ts'

/** How a search came about, for logs and tests. */
export interface SearchTrace {
  /** What was looked for: the question, or what `rewriteQuery` made of it. */
  query: string
  mode: 'lexical' | 'vector' | 'hybrid'
  /**
   * How the vectors were searched: all that the search may find, one by one (`exact`); by the HNSW index
   * (`approximate`); or by the index, and then one by one since it gave fewer than there are
   * (`exact_after_approximate`). Absent where the search used none.
   */
  vectorScan?: 'exact' | 'approximate' | 'exact_after_approximate'
}

export interface Boost {
  /** Of the page that the reader is on, for instance. */
  documentIds: readonly string[]
  /** Scores of their passages are multiplied by it; below 1 it puts them behind. */
  factor: number
}

export interface SearchOptions<TSchema extends MetadataSchema = MetadataSchema> {
  /** The most passages to give, 1 to 100. Default: 5. */
  limit?: number
  /** Default: `hybrid` where the knowledge base has an embedder, else `lexical`. */
  mode?: 'lexical' | 'vector' | 'hybrid'
  /** Only documents whose metadata is like this are searched. Never leaves fewer passages than there are. */
  filter?: Filter<TSchema>
  /**
   * The names under which the asker may read: documents with a `visibleTo` are found when one of these is in it.
   * Default: none, so that only documents which everyone may read are found.
   */
  visibleTo?: readonly string[]
  /** Collections of the same schema to search instead of the knowledge base's own. */
  collections?: readonly string[]
  /**
   * How the two searches of `hybrid` become one. `convex`: a weighted sum of both scores, each between 0 and 1. `rrf`:
   * a weighted sum of 1 / (60 + rank), which looks at no score and so trusts both alike. Default: `convex`.
   */
  fusion?: 'convex' | 'rrf'
  /** What the vectors weigh in `hybrid`, 0 to 1; the words have the rest. Default: 0.3. */
  vectorWeight?: number
  /** The most passages of one document. Default: no limit. */
  maxPerDocument?: number
  /**
   * Passages below are left out, after boosts. The scale is that of the mode: BM25 (0 and up) for `lexical`, cosine
   * similarity for `vector`, 0 to 1 for `hybrid` with `convex`.
   */
  minScore?: number
  /**
   * Passages whose words score less than this share of the best passage's do not count as found by their words, 0 to 1;
   * in `hybrid` the vectors may still find them, and `vector` does not look at it. Before boosts. A search may give fewer
   * than `limit` for it. Default: 0, so that every passage with a word of the question counts.
   */
  minWordShare?: number
  boosts?: readonly Boost[]
  /** How many chunks before and behind each passage come along, at most 10 each. Default: none. */
  context?: { before?: number; after?: number }
  /** Makes of a question what is looked for; gets the question as it was given. */
  rewriteQuery?: (query: string, options: { signal?: AbortSignal }) => string | Promise<string>
  /**
   * Puts passages in a better order, and may leave some out; gets up to `rerankLimit` of them. What it gives is taken
   * as far as it was among these.
   */
  rerank?: (
    query: string,
    passages: readonly Passage[],
    options: { signal?: AbortSignal },
  ) => readonly Passage[] | Promise<readonly Passage[]>
  /** How many passages `rerank` gets, 1 to 100. Default: 30. */
  rerankLimit?: number
  /** Called once with how the search came about. */
  onTrace?: (trace: SearchTrace) => void
  /** Ends the waiting for the embedder and the hooks; a statement that runs already is waited for. */
  signal?: AbortSignal
}
