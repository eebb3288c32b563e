import type { ThreadStreamEvent, WidgetItem } from '@robolearn/chatkit-server-core'
import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type ModelDouble, openModelDouble } from '../src/testing/index.ts'
import { answers } from './ask.ts'
import type { MailingMessage, MailingSettings } from './fixtures/mailing-server.ts'

const NAME = `test_${randomBytes(8).toString('hex')}`
const databaseUrl = new URL(inject('databaseUrl'))
databaseUrl.pathname = `/${NAME}`

let model: ModelDouble
let folder = ''
let ledger = ''
const children = new Set<ChildProcess>()

async function statement(sql: string): Promise<void> {
  const client = new Client(inject('databaseUrl'))
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

beforeAll(async () => {
  await statement(`create database ${NAME}`)
  model = await openModelDouble({
    script: ({ body }) =>
      JSON.stringify(body.input).includes('function_call_output')
        ? 'It is sent.'
        : { output: [{ type: 'tool_call', name: 'send_mail', arguments: { to: 'bob' } }] },
  })
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mails-'))
  ledger = join(folder, 'ledger')
})
afterEach(async () => {
  await Promise.all([...children].map(kill))
  await rm(folder, { recursive: true })
})
afterAll(async () => {
  await model.close()
  await statement(`drop database ${NAME} with (force)`)
})

/** Starts a process of the server; they all share the database and the ledger. */
async function start({ isStuck = false } = {}) {
  const settings: MailingSettings = {
    databaseUrl: databaseUrl.href,
    modelUrl: model.baseUrl,
    ledger,
    isStuck,
  }
  const child = fork(join(import.meta.dirname, 'fixtures/mailing-server.ts'), [JSON.stringify(settings)])
  children.add(child)
  const ready = Promise.withResolvers<string>()
  const mailed = Promise.withResolvers<void>()
  child.on('message', (message: MailingMessage) => {
    if (message.kind === 'ready') ready.resolve(message.url)
    else mailed.resolve()
  })
  child.once('exit', (code) => ready.reject(new Error(`The server has ended with ${code}.`)))
  return { child, url: await ready.promise, mailed: mailed.promise }
}

type Started = Awaited<ReturnType<typeof start>>

/** As a crash: nothing of it is tidied up. */
async function kill(child: ChildProcess): Promise<void> {
  children.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

async function post({ url }: Started, body: object): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status}: ${text}`)
  return text
}

async function stream(server: Started, body: object): Promise<ThreadStreamEvent[]> {
  const lines = (await post(server, body)).split('\n').filter((line) => line.startsWith('data: '))
  return lines.map((line) => JSON.parse(line.slice('data: '.length)) as ThreadStreamEvent)
}

const widgets = (events: ThreadStreamEvent[]): WidgetItem[] =>
  events.flatMap((event) =>
    'item' in event && event.item.type === 'widget' && event.type !== 'thread.item.added' ? [event.item] : [],
  )

const statusesOf = (events: ThreadStreamEvent[]) => widgets(events).map(({ widget }) => widget.key)

/** Asks for a mail, and gives the widget that asks whether to send it. */
async function askForMail(server: Started): Promise<WidgetItem> {
  const params = { input: { content: [{ type: 'input_text', text: 'Mail Bob' }] } }
  const [asked] = widgets(await stream(server, { type: 'threads.create', params }))
  if (!asked) throw new Error('Nothing was asked.')
  return asked
}

/** Presses Approve. */
function approve(server: Started, { id, thread_id, widget }: WidgetItem): Promise<ThreadStreamEvent[]> {
  const action = /\{"type":"agent\.approval","payload":\{[^}]*"approve":true\}\}/.exec(JSON.stringify(widget))
  const params = { thread_id, item_id: id, action: JSON.parse(action?.[0] ?? '') as object }
  return stream(server, { type: 'threads.custom_action', params })
}

const mails = async (): Promise<string> => readFile(ledger, 'utf8').catch(() => '')

describe('a mail that has to be approved', { timeout: 60_000 }, () => {
  it('is sent once when the server is killed before, and again after it', async () => {
    const first = await start()
    const asked = await askForMail(first)
    await kill(first.child)
    expect(await mails()).toBe('')

    const second = await start()
    const events = await approve(second, asked)
    expect(statusesOf(events)).toEqual(['approval-approved', 'approval-done'])
    expect(answers(events)).toEqual(['It is sent.'])
    await kill(second.child)

    const late = await approve(await start(), asked)
    expect(late).toContainEqual(expect.objectContaining({ type: 'notice', level: 'info' }))
    expect(answers(late)).toEqual([])
    expect(await mails()).toBe('bob\n')
  })

  it('is not sent again when the server is killed while it sends, and the outcome is told to be unknown', async () => {
    const first = await start({ isStuck: true })
    const asked = await askForMail(first)
    const lost = approve(first, asked).catch(() => [])
    await first.mailed
    await kill(first.child)
    await lost

    const second = await start()
    const events = await approve(second, asked)
    expect(statusesOf(events)).toEqual(['approval-unknown'])
    expect(JSON.stringify(events)).toContain('the outcome is unknown')
    const thread = await post(second, { type: 'threads.get_by_id', params: { thread_id: asked.thread_id } })
    expect(thread).toContain('approval-unknown')
    const again = await approve(second, asked)
    expect(statusesOf(again)).toEqual([])
    expect(again).toContainEqual(expect.objectContaining({ type: 'notice', level: 'info' }))
    expect(await mails()).toBe('bob\n')
  })

  it('is sent once when Approve is pressed twice, on two servers at the same moment', async () => {
    const [one, other] = await Promise.all([start(), start()])
    const asked = await askForMail(one)
    const replies = await Promise.all([approve(one, asked), approve(other, asked), approve(one, asked)])
    expect(replies.flatMap(answers)).toEqual(['It is sent.'])
    expect(replies.flat().filter(({ type }) => type === 'notice')).toHaveLength(2)
    expect(await mails()).toBe('bob\n')
  })
})
