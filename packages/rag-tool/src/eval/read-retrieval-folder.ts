import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Document } from '../documents/document.ts'
import { invalidSet } from './invalid-set.ts'
import type { QuestionSet, Wanted } from './question-set.ts'

/**
 * The form in which retrieval sets are commonly given: `corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl` (`_id`,
 * `text`), `qrels.tsv` (query, document, score, below a line of names). Questions without an answer are left out.
 */
export async function readRetrievalFolder(folder: string): Promise<QuestionSet> {
  const corpus = await readLines(join(folder, 'corpus.jsonl'))
  const queries = await readLines(join(folder, 'queries.jsonl'))
  const documents = corpus.map(({ _id, title, text }): Document => ({
    id: _id,
    text,
    mediaType: 'text/plain',
    title: title || '-',
  }))
  const wanted = new Map<string, Wanted[]>()
  const judgements = (await readFile(join(folder, 'qrels.tsv'), 'utf8')).split(/\r?\n/)
  for (const line of judgements) {
    const [query = '', documentId = '', score = ''] = line.split('\t')
    const grade = Number(score)
    // The line of names has none.
    if (documentId === '' || score === '' || !(grade > 0)) continue
    wanted.set(query, [...(wanted.get(query) ?? []), { documentId, grade }])
  }
  const questions = queries.flatMap(({ _id, text }) => {
    const answers = wanted.get(_id)
    return answers ? [{ question: text, wanted: answers }] : []
  })
  if (questions.length === 0)
    throw invalidSet(join(folder, 'qrels.tsv'), 'names no question of queries.jsonl with a score above 0')
  return { documents, questions }
}

interface Line {
  _id: string
  title?: string
  text: string
}

async function readLines(file: string): Promise<Line[]> {
  const lines = (await readFile(file, 'utf8')).split('\n')
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      const { _id, title, text } = JSON.parse(line) as Record<keyof Line, unknown>
      if ((typeof _id !== 'string' && typeof _id !== 'number') || typeof text !== 'string')
        throw new TypeError('no _id or no text')
      return [{ _id: String(_id), text, ...(typeof title === 'string' && { title }) }]
    } catch (error) {
      throw invalidSet(file, `has in line ${index + 1} no object with _id and text`, error)
    }
  })
}
