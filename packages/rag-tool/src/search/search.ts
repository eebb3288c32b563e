import { embedChecked } from '../embed/embed-checked.ts'
import type { Embedder } from '../embed/embedder.ts'
import { RagError } from '../errors.ts'
import type { Place } from '../index/database.ts'
import { checkSearchOptions } from './check-search-options.ts'
import { compileFilter } from './compile-filter.ts'
import type { MetadataSchema } from './filter.ts'
import { findPassages } from './find-passages.ts'
import { loadCollections } from './load-collections.ts'
import { loadNeighbours, withContext } from './load-neighbours.ts'
import type { Passage } from './passage.ts'
import type { SearchOptions } from './search-options.ts'

/** More of a question than this is not looked at, in UTF-16 code units. */
const MAX_QUERY_CHARS = 2_000
/** What is looked at of either search before they become one. */
const MIN_CANDIDATES = 60

/** Whatever a filter was typed as, it is checked here. */
type UncheckedOptions = Omit<SearchOptions, 'filter'> & { filter?: unknown }

export interface SearchPlace extends Place {
  embedder?: Embedder
  metadataSchema?: MetadataSchema
}

/** A whole search: rewrite, embed, find, rerank, cut, and fetch what stands around. */
export async function search(
  place: SearchPlace,
  given: string,
  options: UncheckedOptions,
): Promise<Passage[]> {
  checkSearchOptions(options)
  const { limit = 5, rerank, signal, context } = options
  const { visibleTo = [] } = options
  const hookOptions = { ...(signal && { signal }) }
  const filter =
    options.filter === undefined ? undefined : compileFilter(options.filter, place.metadataSchema)
  const mode = options.mode ?? (place.embedder ? 'hybrid' : 'lexical')
  const embedder = mode === 'lexical' ? undefined : needEmbedder(place, mode)
  signal?.throwIfAborted()

  const rewritten = (await options.rewriteQuery?.(given, hookOptions)) ?? given
  const query = rewritten.slice(0, MAX_QUERY_CHARS).toWellFormed().replaceAll('\0', ' ')
  const collectionKeys = options.collections
    ? await loadCollections(place.db, place.tables, options.collections, embedder)
    : [place.collectionKey]
  signal?.throwIfAborted()
  // A vector of nothing would be near to something.
  const isEmpty = query.trim() === ''
  const [vector = []] =
    embedder && !isEmpty ? await embedChecked(embedder, [query], { ...hookOptions, kind: 'query' }) : []
  signal?.throwIfAborted()

  const wanted = rerank ? Math.max(limit, options.rerankLimit ?? 30) : limit
  const { passages, vectorScan } = isEmpty
    ? { passages: [] }
    : await findPassages(place.db, {
        query,
        mode,
        vector,
        reach: { tables: place.tables, collectionKeys, visibleTo, ...(filter && { filter }) },
        depth: {
          candidates: Math.max(MIN_CANDIDATES, wanted * 2),
          passages: wanted,
          minWordShare: options.minWordShare ?? 0,
          ...(options.maxPerDocument !== undefined && { maxPerDocument: options.maxPerDocument }),
        },
        fusion: { fusion: options.fusion ?? 'convex', vectorWeight: options.vectorWeight ?? 0.3 },
        boosts: options.boosts ?? [],
        ...(options.minScore !== undefined && { minScore: options.minScore }),
      })
  options.onTrace?.({ query, mode, ...(vectorScan && { vectorScan }) })

  const known = new Set<Passage>(passages)
  const reranked = rerank && passages.length > 0 ? await rerank(query, passages, hookOptions) : passages
  signal?.throwIfAborted()
  // What a hook makes up was checked by nobody.
  const best = [...new Set(reranked)].filter((passage) => known.has(passage)).slice(0, limit)
  const { before = 0, after = 0 } = context ?? {}
  if (best.length === 0 || before + after === 0) return best
  return withContext(best, await loadNeighbours(place.db, place.tables, best, { before, after, visibleTo }))
}

function needEmbedder({ embedder }: SearchPlace, mode: string): Embedder {
  if (embedder) return embedder
  throw new RagError(
    'invalid_option',
    `A search in mode "${mode}" needs vectors: give an embedder to openKnowledgeBase, or use mode "lexical".`,
  )
}
