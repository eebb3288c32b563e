import { PGlite } from '@electric-sql/pglite'
import { loadFolder, openKnowledgeBase } from '@robolearn/rag-tool'
import { Kysely, PGliteDialect } from 'kysely'

const folder = process.argv[2] ?? './docs'
const db = new Kysely({ dialect: new PGliteDialect({ pglite: new PGlite() }) })

const knowledge = await openKnowledgeBase({ db })
const report = await knowledge.ingest(loadFolder(folder))
console.log(`${report.added} documents added, ${report.failed.length} failed`)

for (const passage of await knowledge.search('What is a quaternion?', { limit: 3 }))
  console.log(`${passage.documentId} › ${passage.headingPath.join(' › ')}`)

await db.destroy()
