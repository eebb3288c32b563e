import { existsSync, readFileSync } from 'node:fs'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import { expect, inject, it } from 'vitest'
import { openKnowledgeBase } from '../src/index.ts'

interface Squad {
  data: { paragraphs: { context: string; qas: { question: string }[] }[] }[]
}

const FILE = new URL('../../../../shared/data/xquad/xquad.en.json', import.meta.url)
const present = existsSync(FILE)
if (!present) console.log('relevance.test.ts: skipped, there is no ../shared/data/xquad beside the project')

it.skipIf(!present)(
  'finds the right one of 240 paragraphs for 1,190 questions (nDCG@10 ≥ 0.965)',
  async () => {
    const squad: Squad = JSON.parse(readFileSync(FILE, 'utf8'))
    const paragraphs = squad.data.flatMap((article) => article.paragraphs)
    const db = new Kysely<unknown>({
      dialect: new PostgresDialect({ pool: new Pool({ connectionString: inject('databaseUrl') }) }),
    })
    try {
      const knowledge = await openKnowledgeBase({ db, schema: 'rag_relevance' })
      await knowledge.ingest(paragraphs.map(({ context }, n) => ({ id: `p${n}`, title: '-', text: context })))
      let gain = 0
      let questions = 0
      for (const [n, { qas }] of paragraphs.entries())
        for (const { question } of qas) {
          questions += 1
          const found = await knowledge.search(question, { limit: 30 })
          // Several passages of one paragraph count as one.
          const ranked = [...new Set(found.map(({ documentId }) => documentId))]
          const rank = ranked.indexOf(`p${n}`)
          if (rank >= 0 && rank < 10) gain += 1 / Math.log2(rank + 2)
        }
      console.log(`nDCG@10 ${(gain / questions).toFixed(4)} over ${questions} questions`)
      expect(gain / questions).toBeGreaterThanOrEqual(0.965)
    } finally {
      await sql`drop schema if exists rag_relevance cascade`.execute(db)
      await db.destroy()
    }
  },
  120_000,
)
