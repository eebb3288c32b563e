import type { ProcessOptions, RunReader, ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { opened, type Model, type ModelRun, type ModelThread, type WaitingMessage } from './model.ts'
import type { Person } from './stage.ts'
import { Tab } from './tab.ts'
import { inTime } from './in-time.ts'
import { Witness } from './witness.ts'
import type { World } from './world.ts'

interface BegunTurn {
  opener: RunReader
  /** The server to which the client is connected. */
  via: number
  stopsOnLeave: boolean
  message?: { id: string; words: string }
  /** The message that is answered again. */
  retried?: string
}

interface Sent extends Pick<BegunTurn, 'opener' | 'via' | 'stopsOnLeave'> {
  key: string
  body: object
  words: string
}

/** The servers under test, and those who sit before them. */
export class Real {
  readonly world: World
  readonly tabs = new Map<string, Tab>()
  readonly #witnesses = new Map<string, Witness>()
  /** The connections that began the runs. */
  readonly #openers = new Map<string, RunReader>()
  readonly #replies = new Map<string, Promise<RunReader>>()
  #count = 0

  constructor(world: World) {
    this.world = world
  }

  /** A number that was not there before: for words and keys. */
  next(): number {
    return ++this.#count
  }

  async stream(
    node: number,
    body: object,
    options: ProcessOptions = {},
    who: Person = this.world.ada,
  ): Promise<RunReader> {
    const reply = await inTime(this.server(node).process(body, who, options), 'a reply')
    if (reply.kind !== 'stream') throw new Error('A stream was asked for, and a plain reply came.')
    return reply.reader
  }

  async ask<T>(node: number, body: object, who: Person = this.world.ada): Promise<T> {
    const reply = await inTime(this.server(node).process(body, who), 'a reply')
    if (reply.kind !== 'json') throw new Error('A plain reply was asked for, and a stream came.')
    return JSON.parse(reply.json) as T
  }

  server(node: number) {
    const server = this.world.servers[node]
    if (!server) throw new Error(`There is no server ${node}.`)
    return server
  }

  resume(node: number, threadId: string, after: string): Promise<RunReader> {
    return this.stream(node, { type: 'threads.resume', params: { thread_id: threadId, after } })
  }

  tab(threadId: string): Tab {
    const tab = this.tabs.get(threadId) ?? new Tab()
    this.tabs.set(threadId, tab)
    return tab
  }

  witness(run: ModelRun): Witness {
    const witness = this.#witnesses.get(run.id)
    if (!witness) throw new Error(`Nobody watches run ${run.id}.`)
    return witness
  }

  /** The client that began the run leaves. */
  leave(run: ModelRun): void {
    this.#openers.get(run.id)?.leave()
  }

  /** A turn was opened: waits until its model plays, and has it watched. The tab follows it. */
  async begin(model: Model, thread: ModelThread, turn: BegunTurn): Promise<ModelRun> {
    const { opener, via, stopsOnLeave, message, retried } = turn
    await this.#finishReading(thread.id, via)
    if (retried !== undefined) this.tab(thread.id).retry(retried)
    const { runId: id } = opener
    const node = await inTime(this.world.stage.begun(id), `the model of ${id} to begin`)
    this.#openers.set(id, opener)
    const witness = new Witness(await this.resume(node, thread.id, `${id}:0`))
    this.#witnesses.set(id, witness)
    await witness.until(({ type }) => type === 'stream_options', 'the options of a stream')
    this.tab(thread.id).follow(await this.resume(via, thread.id, `${id}:0`), via)
    return opened(model, thread, { id, node, stopsOnLeave }, message)
  }

  /** The tab reads what it has not read of an older run, before it turns to the next one. */
  async #finishReading(threadId: string, node: number): Promise<void> {
    const tab = this.tab(threadId)
    const { unread } = tab
    if (!unread) return
    const log = await this.log(unread.runId)
    if (unread.node === undefined) tab.resume(await this.resume(node, threadId, unread.cursor), node)
    await tab.catchUp(log?.entries ?? [], log?.status !== 'running')
  }

  /** Sends a message that has to wait. */
  wait(message: WaitingMessage): void {
    const { body, key, node } = message
    const options = { idempotencyKey: key, clientFinishes: true }
    const reply = this.server(node)
      .process(body, this.world.ada, options)
      .then((sent) => (sent.kind === 'stream' ? sent.reader : Promise.reject(new Error('A plain reply.'))))
    // It may never be asked for: where its server dies.
    reply.catch(() => {})
    this.#replies.set(message.key, reply)
  }

  /** Resolves when the message is let in. */
  replyTo({ key }: WaitingMessage): Promise<RunReader> {
    return this.#replies.get(key) ?? Promise.reject(new Error(`Nothing was sent with ${key}.`))
  }

  /** A message with a key has opened a turn. */
  async arrive(model: Model, thread: ModelThread, sent: Sent): Promise<void> {
    const { key, body, words, ...turn } = sent
    const entries = (await this.log(sent.opener.runId))?.entries ?? []
    const events = entries.map(({ json }) => JSON.parse(json) as ThreadStreamEvent)
    const told = events.find((event) => event.type === 'thread.item.done')
    const run = await this.begin(model, thread, { ...turn, message: { id: told?.item.id ?? '', words } })
    model.requests.push({ key, body, threadId: thread.id, runId: run.id })
  }

  log(runId: string) {
    const { ada, store } = this.world
    return store.readEvents(runId, 0, { owner: ada.userId, context: ada })
  }
}
