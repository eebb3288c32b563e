import { openKnowledgeBase, type Document } from '../src/index.ts'
import { dyingOnServer } from './dying-database.ts'

/** Takes documents in, in a process of its own that is killed before its n-th statement. */
const [url = '', schema = '', dieAt = '', documents = ''] = process.argv.slice(2)
const { db } = dyingOnServer(url, Number(dieAt), () => process.kill(process.pid, 'SIGKILL'))
const knowledge = await openKnowledgeBase({ db, schema })
await knowledge.ingest(JSON.parse(documents) as Document[], { prune: true })
await db.destroy()
