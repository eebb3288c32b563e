import type { Source, Task } from '@robolearn/chatkit-server-core'
import type { Passage } from '../search/passage.ts'
import { passageSource } from './passage-source.ts'

export interface SearchTaskOptions {
  query: string
  /** Absent while the search goes on. */
  passages?: readonly Passage[]
  /** Default: the query. */
  title?: string
}

/**
 * A search as ChatKit shows it: a task of a workflow, with what was looked for and where it was found, each source once.
 * Where all sources have an address it is a `web_search` with the query; else a `file` task.
 */
export function searchTask({ query, passages, title = query }: SearchTaskOptions): Task {
  const status = passages === undefined ? 'loading' : 'complete'
  const sources = distinct((passages ?? []).map(passageSource))
  const urls = sources.filter((source) => source.type === 'url')
  if (urls.length === sources.length)
    return {
      type: 'web_search',
      title,
      title_query: query,
      queries: [query],
      sources: urls,
      status_indicator: status,
    }
  return { type: 'file', title, sources, status_indicator: status }
}

function distinct(sources: readonly Source[]): Source[] {
  const byPlace = new Map(sources.map((source) => [JSON.stringify(source), source]))
  return [...byPlace.values()]
}
