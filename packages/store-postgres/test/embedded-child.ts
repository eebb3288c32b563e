// Run by a test as a process of its own: opens the folder and stores items until it is killed.
import { openEmbedded, PostgresStore } from '@robolearn/store-postgres'
import { createThread, message, newThread, scopeOf } from './conversation.ts'

const [folder, threadId] = process.argv.slice(2)
if (!folder || !threadId) throw new Error('usage: embedded-child.ts FOLDER THREAD_ID')
const { db } = await openEmbedded(folder)
const store = new PostgresStore({ db })
await store.migrate()
const scope = scopeOf('killed')
await createThread(store, newThread({ id: threadId }), [], scope)
for (;;) {
  const item = message(threadId, 'x'.repeat(2_000))
  await store.saveItem(threadId, item, scope)
  console.log(item.id)
}
