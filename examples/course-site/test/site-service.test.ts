import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { readConfig } from '../server/config.ts'
import { showProgress } from '../server/ingest-progress.ts'
import { createRateLimit } from '../server/rate-limit.ts'
import { createReadiness } from '../server/readiness.ts'
import { runSite, type Site } from '../server/run-site.ts'
import { answerOf, threadIdOf, Visitor } from './visitor.ts'

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let folder: string
let site: Site
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'service-'))
  const env = { PORT: '0', DATA_DIR: folder, MODEL_DELAY_MS: '0', DATABASE_URL: inject('databaseUrl') }
  const config = readConfig({ ...env, RATE_LIMIT_PER_MINUTE: '0' })
  site = await runSite({ config, lessonsDir: join(import.meta.dirname, '../lessons'), log: () => {} })
}, 180_000)
afterAll(async () => {
  await site.close()
  await rm(folder, { recursive: true })
}, 180_000)

async function signedIn(learner: string, at: Site = site): Promise<Visitor> {
  const visitor = new Visitor(at.url)
  await visitor.signIn(learner)
  return visitor
}

describe('files', { timeout: 60_000 }, () => {
  const form = (bytes: Uint8Array<ArrayBuffer>, type: string, name: string): FormData => {
    const data = new FormData()
    data.append('file', new Blob([bytes], { type }), name)
    return data
  }
  const upload = (visitor: Visitor, headers: Record<string, string> = {}) =>
    visitor.fetch('/attachments', {
      method: 'POST',
      body: form(new Uint8Array(PICTURE), 'image/png', 'arm.png'),
      headers,
    })

  it('are uploaded, sent, shown again and read by nobody else', async () => {
    const ada = await signedIn('ada')
    const made = (await (await upload(ada)).json()) as { id: string }
    const state = await ada.ask('What is this?', [made.id])
    expect(answerOf(state)).toContain(`arm.png (image/png), ${PICTURE.length} bytes`)
    expect(answerOf(state)).toContain('A stand-in cannot look at pictures')
    const [message] = await ada.reload(state)
    const [file] = message?.type === 'user_message' ? message.attachments : []
    const url = file?.type === 'image' ? file.preview_url : ''
    expect(url).toMatch(/^\/attachments\//)
    const shown = await new Visitor(site.url).fetch(url)
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(PICTURE)
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff')
    const grace = await signedIn('grace')
    const stolen = { type: 'attachments.delete', params: { attachment_id: made.id } }
    expect((await grace.post('/chatkit', stolen)).status).toBe(404)
    const forged = await ada.fetch(`/attachments/${made.id}`)
    expect(forged.status).toBe(403)
  })

  it('are taken in two steps, too: announced, then put', async () => {
    const ada = await signedIn('ada')
    const params = { name: 'notes.txt', size: 5, mime_type: 'text/plain' }
    const announced = await ada.post('/chatkit', { type: 'attachments.create', params })
    const made = (await announced.json()) as {
      id: string
      upload_descriptor: { url: string; method: string }
    }
    const put = await ada.fetch(made.upload_descriptor.url, { method: 'PUT', body: 'robot' })
    expect(put.status).toBe(204)
    expect(answerOf(await ada.ask('', [made.id]))).toContain('notes.txt (text/plain), 5 characters')
  })

  it('are refused from pages of other sites, from nobody, and of other types', async () => {
    const ada = await signedIn('ada')
    expect((await upload(ada, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await upload(ada, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await upload(new Visitor(site.url))).status).toBe(401)
    const params = { name: 'page.html', size: 5, mime_type: 'text/html' }
    expect((await ada.post('/chatkit', { type: 'attachments.create', params })).status).toBe(400)
    const large = { name: 'a.png', size: 11 * 1024 * 1024, mime_type: 'image/png' }
    expect((await ada.post('/chatkit', { type: 'attachments.create', params: large })).status).toBe(400)
  })
})

describe('a long conversation', { timeout: 60_000 }, () => {
  it('is told when few questions are left, and closed behind the fiftieth', async () => {
    const ada = await signedIn('ada')
    let state = await ada.ask('hello')
    while (state.items.filter(({ type }) => type === 'user_message').length < 50) {
      state = await ada.goOn(state, 'hello')
    }
    expect(ada.notices).toEqual(['This was question 45 of 50. After the last one, begin a new conversation.'])
    const get = { type: 'threads.get_by_id' as const, params: { thread_id: threadIdOf(state) } }
    expect((await ada.client.send(get)).status).toEqual({
      type: 'closed',
      reason: 'This conversation has reached 50 questions. Begin a new one to go on.',
    })
    await expect(ada.goOn(state, 'hello')).rejects.toMatchObject({ code: 'thread_closed' })
    expect(answerOf(await ada.ask('hello'))).toContain('Hello!')
  })
})

describe('too many questions', { timeout: 60_000 }, () => {
  it('are refused in a friendly way, for that learner and not for others', async () => {
    const env = { PORT: '0', DATA_DIR: folder, MODEL_DELAY_MS: '0', DATABASE_URL: inject('databaseUrl') }
    const config = readConfig({ ...env, RATE_LIMIT_PER_MINUTE: '2' })
    const strict = await runSite({
      config,
      lessonsDir: join(import.meta.dirname, '../lessons'),
      log: () => {},
    })
    try {
      const ada = await signedIn('ada', strict)
      const state = await ada.ask('hello')
      await ada.goOn(state, 'hello')
      const input = { content: [{ type: 'input_text', text: 'hello' }] }
      const refused = await ada.post('/chatkit', { type: 'threads.create', params: { input } })
      expect(refused.status).toBe(429)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await refused.text()).toContain('Those were many questions in a short time.')
      expect(await ada.reload(state)).not.toEqual([])
      const grace = await signedIn('grace', strict)
      expect(answerOf(await grace.ask('hello'))).toContain('Hello!')
    } finally {
      await strict.close()
    }
  })

  it('are allowed again one by one', () => {
    let nowMs = 0
    const limit = createRateLimit({ perMinute: 60, clock: () => nowMs })
    const ask = () => limit({ type: 'threads.create', owner: 'ada' })
    for (let count = 0; count < 60; count += 1) expect(ask()).toBeUndefined()
    expect(ask()).toEqual({ retryAfterSeconds: 1 })
    expect(limit({ type: 'threads.list', owner: 'ada' })).toBeUndefined()
    nowMs = 1_000
    expect(ask()).toBeUndefined()
    expect(ask()).toEqual({ retryAfterSeconds: 1 })
  })
})

describe('for operators', { timeout: 60_000 }, () => {
  it('the site says that it is ready, and counts what it does without a word of anybody', async () => {
    const ada = await signedIn('ada')
    const state = await ada.ask('What is SLAM?')
    const params = {
      thread_id: threadIdOf(state),
      item_ids: [state.items.at(-1)?.id ?? ''],
      kind: 'positive',
    }
    expect((await ada.post('/chatkit', { type: 'items.feedback', params })).status).toBe(200)
    const ready = await ada.fetch('/readyz')
    expect([ready.status, await ready.text()]).toEqual([200, 'ready\n'])
    const response = await ada.fetch('/metrics')
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    const text = await response.text()
    expect(text).toMatch(/^course_answers_ended_total\{status="completed"\} [1-9]/m)
    expect(text).toMatch(/^course_first_words_seconds_count [1-9]/m)
    expect(text).toMatch(/^course_first_words_seconds_bucket\{le="\+Inf"\} [1-9]/m)
    expect(text).toMatch(/^course_feedback_total\{kind="positive"\} 1$/m)
    expect(text).toMatch(/^course_streams_open 0$/m)
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m)
    expect(text).not.toMatch(/thr_|run_|msg_|ada|SLAM/)
    for (const line of text.trim().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"\})? [\d.e+-]+)$/)
    }
  })

  it('the site is not ready without its database, without lessons, and while it ends', async () => {
    const pool = new Pool({ connectionString: 'postgres://127.0.0.1:1/none', connectionTimeoutMillis: 1_000 })
    const gone = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
    const lost = createReadiness({ db: gone, indexed: () => 1 })
    expect(await lost.check()).toBe('the database cannot be reached')
    await gone.destroy()
    const there = new Pool({ connectionString: inject('databaseUrl') })
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: there }) })
    expect(await createReadiness({ db, indexed: () => 0 }).check()).toBe('no lesson is indexed')
    const ending = createReadiness({ db, indexed: () => 1 })
    expect(await ending.check()).toBe('ready')
    ending.stop()
    expect(await ending.check()).toBe('shutting down')
    await db.destroy()
  })

  it('pages bring the letters of Urdu along, for machines that have none', async () => {
    const font = await new Visitor(site.url).fetch('/urdu.woff2')
    expect(font.headers.get('content-type')).toBe('font/woff2')
    expect(
      Buffer.from(await font.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('wOF2')
    const page = await new Visitor(site.url).fetch('/lessons/14-robot-safety')
    expect(page.headers.get('content-security-policy')).toContain("font-src 'self'")
  })

  it('a terminal shows how far the ingest is in one line; a file gets none of it', () => {
    const written: string[] = []
    const write = (text: string) => written.push(text)
    const progress = { total: 2, id: 'x', outcome: 'added' as const }
    const bar = showProgress({ isTTY: true, write })
    bar.on({ ...progress, done: 1 })
    bar.on({ ...progress, done: 2 })
    bar.end()
    expect(written.join('')).not.toContain('\n')
    expect(written).toEqual([
      expect.stringMatching(/^\r.*Lessons █+░+ 1 of 2$/),
      expect.stringMatching(/^\r.*Lessons █+ 2 of 2$/),
      expect.stringMatching(/^\r/),
    ])
    written.length = 0
    const quiet = showProgress({ write })
    quiet.on({ ...progress, done: 1 })
    quiet.end()
    expect(written).toEqual([])
  })
})

describe('settings', () => {
  it.each([
    [{ RATE_LIMIT_PER_MINUTE: 'many' }, 'RATE_LIMIT_PER_MINUTE is "many", but must be a whole number'],
    [{ PUBLIC_URL: 'course.example' }, 'PUBLIC_URL is "course.example", but must be an address'],
    [{ PUBLIC_URL: 'https://course.example/site' }, 'PUBLIC_URL is "https://course.example/site"'],
  ])('that cannot be used are named: %j', (env, message) => {
    expect(() => readConfig(env)).toThrow(message)
  })

  it('that are empty count as unset', () => {
    const { publicUrl, domainKey, rateLimitPerMinute } = readConfig({
      PUBLIC_URL: '',
      CHATKIT_DOMAIN_KEY: '',
      RATE_LIMIT_PER_MINUTE: '',
    })
    expect({ publicUrl, domainKey, rateLimitPerMinute }).toEqual({
      publicUrl: undefined,
      domainKey: undefined,
      rateLimitPerMinute: 120,
    })
    expect(readConfig({ PUBLIC_URL: 'https://course.example/' }).publicUrl).toBe('https://course.example')
  })
})
