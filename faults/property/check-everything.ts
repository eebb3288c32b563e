import type { ThreadItem, ThreadWithItems } from '@robolearn/chatkit-server-core'
import { isThere, shown, stored, type Model, type ModelThread } from './model.ts'
import { mustBe } from './must-be.ts'
import type { Real } from './real.ts'

/** As many items as a page has that names no number. */
const PAGE = 20

const wordsOf = (item: ThreadItem): string => {
  if (item.type === 'user_message' || item.type === 'assistant_message') {
    return item.content.map(({ text }) => text).join('')
  }
  return item.type === 'hidden_context_item' || item.type === 'sdk_hidden_context' ? String(item.content) : ''
}

const plain = (items: readonly ThreadItem[]): { id: string; words: string }[] =>
  items.map((item) => ({ id: item.type === 'sdk_hidden_context' ? '' : item.id, words: wordsOf(item) }))

/** Looks at all threads from all sides, and compares them with what they have to be. */
export async function checkEverything(model: Model, real: Real): Promise<void> {
  const { stage, store, ada } = real.world
  const scope = { owner: ada.userId, context: ada }
  mustBe('models that played at the same time on one thread', stage.overlaps, [])
  mustBe('runs that are gone and have events', await real.world.leftovers(), [])
  for (const { id, status } of model.runs.values()) {
    mustBe(`the status of ${id}`, (await store.readEvents(id, 0, scope))?.status, status)
  }
  for (const thread of model.threads) {
    const { run } = thread
    const active = await store.activeRun(thread.id, scope)
    mustBe(`the active run of ${thread.id}`, active?.id, run?.id)
    const all = await store.listItems(thread.id, { limit: 100, order: 'asc', include: 'all' }, scope)
    mustBe(`everything stored in ${thread.id}`, plain(all.data), stored(thread).slice(0, 100))
    await checkPages(model, real, thread)
    await checkTab(real, thread)
  }
}

/** Every server that is alive shows the thread as it is. */
async function checkPages(model: Model, real: Real, thread: ModelThread): Promise<void> {
  const isWhole = thread.items.filter(isThere).length <= PAGE
  for (const [node, isAlive] of model.nodes.entries()) {
    if (!isAlive) continue
    const body = { type: 'threads.get_by_id', params: { thread_id: thread.id } }
    const loaded = await real.ask<ThreadWithItems>(node, body)
    mustBe(`the title of ${thread.id}`, loaded.title, thread.title)
    const expected = isWhole ? shown(thread) : shown(thread).slice(0, PAGE)
    mustBe(`what server ${node} shows of ${thread.id}`, plain(loaded.items.data), expected)
    for (const call of loaded.items.data) {
      if (call.type !== 'client_tool_call') continue
      const isOpen = thread.items.find(({ id }) => id === call.id)?.open === true
      mustBe(`the status of ${call.id}`, call.status, isOpen ? 'pending' : 'completed')
    }
  }
}

/** What the tab has seen is stored; where it is connected it has seen everything, and shows what the server shows. */
async function checkTab(real: Real, thread: ModelThread): Promise<void> {
  const tab = real.tab(thread.id)
  const { unread } = tab
  if (unread) {
    const log = await real.log(unread.runId)
    const secret = log?.entries.find(({ json }) => json.includes('secret') || json.includes('"hid_'))
    mustBe('an event of a hidden item', secret, undefined)
    tab.checkSeen(log?.entries ?? [])
    await tab.catchUp(log?.entries ?? [], log?.status !== 'running')
  }
  if (tab.unread && tab.unread.node === undefined) return
  mustBe(`what a tab shows of ${thread.id}`, plain(tab.state.items), shown(thread))
}
