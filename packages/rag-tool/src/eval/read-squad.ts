import { invalidSet } from './invalid-set.ts'
import type { QuestionSet } from './question-set.ts'

interface Squad {
  data: { title?: string; paragraphs: { context: string; qas: { question: string }[] }[] }[]
}

/** SQuAD's form, and XQuAD's: paragraphs, each with its questions. Each paragraph is a document without a title. */
export function readSquad(file: string, text: string): QuestionSet {
  const squad = parse(file, text)
  const set: QuestionSet = { documents: [], questions: [] }
  for (const { context, qas } of squad.data.flatMap((article) => article.paragraphs)) {
    const id = `p${set.documents.length}`
    set.documents.push({ id, text: context, mediaType: 'text/plain', title: '-' })
    for (const { question } of qas) set.questions.push({ question, wanted: [{ documentId: id, grade: 1 }] })
  }
  return set
}

function parse(file: string, text: string): Squad {
  try {
    const squad = JSON.parse(text) as Squad
    for (const article of squad.data)
      for (const { context, qas } of article.paragraphs)
        if (typeof context !== 'string' || qas.some(({ question }) => typeof question !== 'string'))
          throw new TypeError('a paragraph without a text, or a question without words')
    return squad
  } catch (error) {
    throw invalidSet(
      file,
      'is not in the form of SQuAD: { "data": [{ "paragraphs": [{ "context", "qas" }] }] }',
      error,
    )
  }
}
