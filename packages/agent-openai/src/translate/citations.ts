import type { Annotation } from '@robolearn/chatkit-server-core'
import type { ModelCitation } from './model-event.ts'

/**
 * Makes an annotation of a citation by its `type`; undefined leaves it out. `index` is the place in the text, in
 * UTF-16 code units.
 */
export type CitationConverters = Readonly<Record<string, (citation: ModelCitation) => Annotation | undefined>>

/** Those of the Responses API. An address that is not of the web, and a file without a name, become nothing. */
export const defaultCitations: CitationConverters = {
  url_citation: ({ url, title, end_index: index }) => {
    if (typeof url !== 'string' || !/^https?:\/\//i.test(url)) return undefined
    const source = { type: 'url' as const, title: typeof title === 'string' && title ? title : url, url }
    return { type: 'annotation', source, ...at(index) }
  },
  file_citation: ({ filename, index }) => fileAnnotation(filename, index),
  container_file_citation: ({ filename, end_index: index }) => fileAnnotation(filename, index),
}

/** The annotation of a citation; undefined for a kind that nobody converts. */
export function toAnnotation(
  citation: ModelCitation,
  converters: CitationConverters = {},
): Annotation | undefined {
  const convert = own(converters, citation.type) ?? own(defaultCitations, citation.type)
  return convert?.(citation)
}

const own = (converters: CitationConverters, type: string) =>
  Object.hasOwn(converters, type) ? converters[type] : undefined

function fileAnnotation(filename: unknown, index: unknown): Annotation | undefined {
  if (typeof filename !== 'string' || filename === '') return undefined
  return { type: 'annotation', source: { type: 'file', title: filename, filename }, ...at(index) }
}

const at = (index: unknown): { index?: number } =>
  typeof index === 'number' && Number.isInteger(index) && index >= 0 ? { index } : {}
