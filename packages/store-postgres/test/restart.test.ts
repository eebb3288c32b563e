import {
  ChatKitServer,
  type AssistantMessageItem,
  type LogEntry,
  type RunReader,
  type ThreadStreamEvent,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restartablePostgres, type RestartablePostgres } from './restartable-postgres.ts'

const ada = { owner: 'ada', context: {} }
const RUNS = 6

/** Answers with word after word, as fast as they are stored, until it is told that it is enough. */
class TalkingServer extends ChatKitServer<object> {
  enough = false
  readonly signals: AbortSignal[] = []

  override async *respond({
    thread,
    signal,
    generateId,
    now,
  }: Turn<object>): AsyncGenerator<ThreadStreamEvent> {
    this.signals.push(signal)
    const item: AssistantMessageItem = {
      id: generateId('msg'),
      thread_id: thread.id,
      created_at: now().toISOString(),
      type: 'assistant_message',
      content: [],
    }
    yield { type: 'thread.item.added', item }
    let text = ''
    for (let n = 0; !signal.aborted && (!this.enough || n === 0); n++) {
      const delta = `word ${n} `
      text += delta
      yield {
        type: 'thread.item.updated',
        item_id: item.id,
        update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta },
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    yield {
      type: 'thread.item.done',
      item: { ...item, content: [{ type: 'output_text', text, annotations: [] }] },
    }
  }
}

/** Reads a run to its end. */
function follow(reader: RunReader): { seen: LogEntry[]; ended: Promise<void> } {
  const seen: LogEntry[] = []
  const read = async (): Promise<void> => {
    for (let entries = await reader.next(); entries.length > 0; entries = await reader.next()) {
      seen.push(...entries)
    }
  }
  return { seen, ended: read() }
}

let postgres: RestartablePostgres
let store: PostgresStore<object>
beforeAll(async () => {
  postgres = await restartablePostgres()
  store = new PostgresStore({ connectionString: postgres.url })
  await store.migrate()
}, 60_000)
afterAll(async () => {
  await store.close()
  await postgres.close()
})

const input = { content: [{ type: 'input_text', text: 'Hello' }], attachments: [], inference_options: {} }

const RETRYABLE = { type: 'error', allow_retry: true }

describe('a database that is restarted under answers', { timeout: 120_000 }, () => {
  it.each([
    ['completes them, or fails them with an error that may be retried, where it is back soon', false],
    ['fails them with an error that may be retried where it stays away', true],
  ])('%s, loses nothing that was read, and the next request works', async (_, staysAway) => {
    const server = new TalkingServer({ store, owner: () => 'ada', hooks: { onError: () => {} } })
    const ask = async (body: object): Promise<RunReader> => {
      const reply = await server.process(body, {}, { clientFinishes: true })
      if (reply.kind !== 'stream') throw new Error('a plain reply')
      return reply.reader
    }
    const create = { type: 'threads.create', params: { input } }
    const readers = await Promise.all(Array.from({ length: RUNS }, () => ask(create)))
    const followed = readers.map(follow)
    const progress = (): number => Math.min(...followed.map(({ seen }) => seen.length))
    await expect.poll(progress, { timeout: 30_000 }).toBeGreaterThan(20)

    await postgres.stop()
    const aborted = (): boolean[] => server.signals.map((signal) => signal.aborted)
    const areGivenUp = (): boolean => !staysAway || aborted().every(Boolean)
    await expect.poll(areGivenUp, { timeout: 60_000 }).toBe(true)
    await postgres.start()
    const again = progress()
    const goOn = (): boolean => progress() > again || aborted().some(Boolean)
    await expect.poll(goOn, { timeout: 30_000 }).toBe(true)
    server.enough = true
    await Promise.all(followed.map(({ ended }) => ended))

    for (const [index, { seen }] of followed.entries()) {
      const events = seen.map(({ json }) => JSON.parse(json) as ThreadStreamEvent)
      const log = await store.readEvents(readers[index]?.runId ?? '', 0, ada)
      // What its own process cannot end any more is interrupted by the sweeper.
      const hasFailed = log?.status === 'failed' || log?.status === 'interrupted'
      expect(hasFailed || (!staysAway && log?.status === 'completed')).toBe(true)
      expect(events.at(-1)).toMatchObject(hasFailed ? RETRYABLE : { type: 'thread.item.done' })
      expect(log?.entries).toEqual(seen)
      const deltas = events.flatMap((event) =>
        event.type === 'thread.item.updated' && 'delta' in event.update ? [event.update.delta] : [],
      )
      const threadId = log?.run.threadId ?? ''
      const { data } = await store.listItems(threadId, { limit: 9, order: 'desc', include: 'visible' }, ada)
      const [answer] = data
      const text = answer?.type === 'assistant_message' ? (answer.content[0]?.text ?? '') : ''
      // Words that were said and not stored any more come with the end, and are no deltas.
      const read = deltas.join('')
      expect(hasFailed ? text.slice(0, read.length) : text).toBe(read)

      const next = follow(
        await ask({ type: 'threads.add_user_message', params: { thread_id: threadId, input } }),
      )
      await next.ended
      expect(JSON.parse(next.seen.at(-1)?.json ?? '')).toMatchObject({ type: 'thread.item.done' })
    }
    await server.close()
  })
})
