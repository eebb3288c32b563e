import { readFile, stat } from 'node:fs/promises'
import type { TextDocument } from '../documents/document.ts'
import { loadFolder } from '../documents/load-folder.ts'
import { invalidSet } from './invalid-set.ts'
import type { QuestionSet } from './question-set.ts'
import { readExcerpts } from './read-excerpts.ts'
import { readRetrievalFolder } from './read-retrieval-folder.ts'
import { readSquad } from './read-squad.ts'

/**
 * Questions from a file or folder, by what it is: `.json` in SQuAD's form, `.csv` in that of chunking-evaluation, which
 * needs the folder of its documents, or a folder with `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`.
 */
export async function readQuestionSet(path: string, documentsFolder?: string): Promise<QuestionSet> {
  if ((await stat(path)).isDirectory()) return readRetrievalFolder(path)
  const text = await readFile(path, 'utf8')
  const set = path.endsWith('.csv')
    ? readExcerpts(path, text, await readTexts(path, documentsFolder))
    : readSquad(path, text)
  if (set.questions.length === 0) throw invalidSet(path, 'has no question')
  return set
}

async function readTexts(path: string, folder: string | undefined): Promise<TextDocument[]> {
  if (folder === undefined) throw invalidSet(path, 'needs its documents beside it; give their folder')
  const documents: TextDocument[] = []
  for await (const document of loadFolder(folder)) if ('text' in document) documents.push(document)
  return documents
}
