import { openEmbedded, PostgresStore } from '@robolearn/store-postgres'

const { db, close } = await openEmbedded(process.argv[2] ?? './.data')
const store = new PostgresStore({ db })
await store.migrate()

const ada = { owner: 'ada', context: {} }
const page = await store.listThreads({ limit: 20, order: 'desc' }, ada)
console.log(`Ada has ${page.data.length} conversations`)

const now = new Date().toISOString()
const thread = {
  id: `thr_${Date.now()}`,
  created_at: now,
  status: { type: 'active' as const },
  metadata: {},
}
const question = {
  id: 'msg_1',
  thread_id: thread.id,
  created_at: now,
  type: 'user_message' as const,
  content: [{ type: 'input_text' as const, text: 'What is a servo?' }],
  attachments: [],
  inference_options: {},
}
const run = { id: `run_${Date.now()}`, threadId: thread.id }
await store.openTurn(
  {
    newThread: thread,
    step: { kind: 'message' },
    items: [question],
    attachmentIds: [],
    run: { id: run.id, entries: [] },
    maxActiveRuns: 10,
  },
  ada,
)
await store.closeRun(run, { status: 'completed', items: [], entries: [] })
await store.close()
await close()
