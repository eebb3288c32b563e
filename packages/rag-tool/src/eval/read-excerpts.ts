import type { TextDocument } from '../documents/document.ts'
import { invalidSet } from './invalid-set.ts'
import type { QuestionSet, Wanted } from './question-set.ts'
import { readCsv } from './read-csv.ts'

interface Reference {
  content: string
  start_index: number
  end_index: number
}

const COLUMNS = ['question', 'references', 'corpus_id']

/**
 * The form of chunking-evaluation: a table of `question`, `references` (JSON: excerpts with their places, counted in
 * code points) and `corpus_id`, the name of a document without its ending.
 */
export function readExcerpts(file: string, text: string, documents: readonly TextDocument[]): QuestionSet {
  const rows = parse(file, () => readCsv(text))
  const places = COLUMNS.map((column) => rows[0]?.indexOf(column) ?? -1)
  if (places.includes(-1)) throw invalidSet(file, `lacks one of the columns ${COLUMNS.join(', ')}`)
  const byName = new Map(documents.map((document) => [document.id.replace(/\.[^./]*$/, ''), document]))
  const questions = rows.slice(1).map((row, index) => {
    const [question = '', references = '', corpus = ''] = places.map((place) => row[place])
    const document = byName.get(corpus)
    if (!document)
      throw invalidSet(file, `speaks of the document ${JSON.stringify(corpus)}, which is not there`)
    const toUnits = codeUnits(document.text)
    const ranges = parse(file, () => JSON.parse(references) as Reference[]).map((reference) => {
      const range = { start: toUnits(reference.start_index), end: toUnits(reference.end_index) }
      if (document.text.slice(range.start, range.end).trim() !== reference.content.trim())
        throw invalidSet(file, `has an excerpt in row ${index + 2} that is not at its place in ${corpus}`)
      return range
    })
    const wanted: Wanted = { documentId: document.id, grade: 1, ranges }
    return { question, wanted: [wanted] }
  })
  return { documents: [...documents], questions }
}

function parse<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw invalidSet(
      file,
      `cannot be read (${error instanceof Error ? error.message : String(error)})`,
      error,
    )
  }
}

// Counting from the beginning is needed only where a character takes two code units.
function codeUnits(text: string): (index: number) => number {
  if (!/[\uD800-\uDBFF]/.test(text)) return (index) => index
  const points = Array.from(text)
  return (index) => points.slice(0, index).join('').length
}
