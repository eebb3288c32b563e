import { sql, type Kysely } from 'kysely'
import { openKnowledgeBase } from '@robolearn/rag-tool'
import { evaluate } from '../../packages/rag-tool/src/eval/evaluate.ts'
import { readQuestionSet } from '../../packages/rag-tool/src/eval/read-question-set.ts'
import type { QuestionSet } from '../../packages/rag-tool/src/eval/question-set.ts'
import { dataPath } from './data.ts'
import { round, type Row } from './print-table.ts'

const TARGETS = { en: 0.97, zh: 0.96, ru: 0.955 }

/** XQuAD: for each question one of 240 paragraphs is right. By words alone. */
export async function measureXquad(db: Kysely<unknown>): Promise<Row[]> {
  const rows: Row[] = []
  for (const [language, atLeast] of Object.entries(TARGETS)) {
    const path = dataPath(`xquad/xquad.${language}.json`)
    if (path === undefined) {
      console.log(`absent: ../shared/data/xquad/xquad.${language}.json`)
      continue
    }
    const set = await readQuestionSet(path)
    const knowledge = await openKnowledgeBase({ db, schema: `xquad_${language}`, language })
    await knowledge.ingest(set.documents)
    const { ndcgAt10, questions } = await evaluate(knowledge, set, 5)
    const what = `XQuAD ${language}, nDCG@10 of ${questions} questions, by words`
    rows.push({ figure: `xquad_${language}_ndcg10`, what, atLeast, value: round(ndcgAt10) })
    if (language !== 'en') continue
    rows.push({
      figure: 'guide_recipe_xquad_en_ndcg10',
      what: 'the same by websearch_to_tsquery and ts_rank_cd, as most guides have it',
      value: round((await evaluate(await openGuideRecipe(db, set), set, 5)).ndcgAt10),
    })
  }
  return rows
}

async function openGuideRecipe(
  db: Kysely<unknown>,
  { documents }: QuestionSet,
): Promise<Parameters<typeof evaluate>[0]> {
  const texts = documents.map(({ id, ...rest }) => ({ id, text: 'text' in rest ? rest.text : '' }))
  await sql`create table guide_recipe as
    select id, to_tsvector('english', text) as words
    from jsonb_to_recordset(${JSON.stringify(texts)}::jsonb) as given (id text, text text)`.execute(db)
  await sql`create index on guide_recipe using gin (words)`.execute(db)
  return {
    search: async (query) => {
      const { rows } = await sql<{ id: string; score: number }>`
        select id, ts_rank_cd(words, query) as score
        from guide_recipe, websearch_to_tsquery('english', ${query}) as query
        where words @@ query order by score desc, id limit 30`.execute(db)
      return rows.map(({ id, score }) => ({
        collection: '',
        documentId: id,
        title: '',
        headingPath: [],
        text: '',
        range: { start: 0, end: 0 },
        score,
        metadata: {},
      }))
    },
  }
}
