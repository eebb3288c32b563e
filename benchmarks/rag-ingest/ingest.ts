import { openKnowledgeBase } from '@robolearn/rag-tool'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { answerParent } from '../stream-memory/child.ts'
import { makePages } from './make-pages.ts'
import { treeRssMb } from './tree-rss.ts'

export interface IngestFigures {
  ms: number
  /** Of this process and the one that parses; at each tenth of the way. */
  rssMb: number[]
  peakRssMb: number
  chunks: number
  /** How many were not as they had been. */
  changed: number
}

const [databaseUrl = '', pages = ''] = process.argv.slice(2)
const count = Number(pages)
const db = new Kysely<unknown>({
  dialect: new PostgresDialect({ pool: new Pool({ connectionString: databaseUrl }) }),
})

answerParent(async (): Promise<IngestFigures> => {
  const knowledge = await openKnowledgeBase({ db })
  const rssMb: number[] = []
  let peakRssMb = 0
  const look = (): number => {
    const now = treeRssMb()
    peakRssMb = Math.max(peakRssMb, now)
    return now
  }
  const timer = setInterval(look, 200)
  const start = performance.now()
  const { added, updated } = await knowledge.ingest(makePages(count), {
    onProgress: ({ done }) => {
      if (done % (count / 10) === 0) rssMb.push(look())
    },
  })
  const ms = performance.now() - start
  clearInterval(timer)
  const { chunks } = await knowledge.stats()
  return { ms, rssMb, peakRssMb, chunks, changed: added + updated }
})
