import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { readConfig } from '../server/config.ts'
import { runSite, type Site } from '../server/run-site.ts'
import { annotationsOf, Visitor } from './visitor.ts'

const LESSONS = join(import.meta.dirname, '../lessons')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'site-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface Started {
  site: Site
  log: string[]
}

async function start(env: Record<string, string> = {}, lessonsDir = LESSONS): Promise<Started> {
  const log: string[] = []
  const config = readConfig({ PORT: '0', DATA_DIR: join(folder, 'data'), MODEL_DELAY_MS: '0', ...env })
  return { site: await runSite({ config, lessonsDir, log: (line) => log.push(line) }), log }
}

describe('the course site on its embedded database', { timeout: 60_000 }, () => {
  it('answers from the lessons with citations that lead to a passage, and still knows after a restart', async () => {
    const first = await start()
    const ada = new Visitor(first.site.url)
    expect((await ada.signIn('ada')).status).toBe(204)
    const state = await ada.ask('Why does a quaternion have four numbers?')
    expect(state.thread?.title).toBe('Why does a quaternion have four')
    const annotations = annotationsOf(state.items)
    expect(annotations.length).toBeGreaterThan(0)
    for (const { source } of annotations) {
      if (source.type !== 'url') throw new Error('not a page')
      const { pathname, hash } = new URL(source.url, first.site.url)
      const [anchor = ''] = hash.slice(1).split(':~:')
      expect(anchor).not.toBe('')
      const page = await new Visitor(first.site.url).fetch(pathname)
      expect(page.status).toBe(200)
      expect(await page.text()).toContain(`id="${decodeURIComponent(anchor)}"`)
    }
    expect(first.log).toContain('Lessons: 14 added, 0 updated, 0 removed, 0 unchanged.')
    await first.site.close()

    const second = await start()
    expect(second.log).toContain('Lessons: nothing has changed, 14 in the index.')
    // The same cookie: the key of the sessions is kept with the data.
    const again = new Visitor(second.site.url)
    await again.signIn('ada')
    const thread = await again.client.send({
      type: 'threads.get_by_id',
      params: { thread_id: state.thread?.id ?? '' },
    })
    expect(thread.items.data).toEqual(state.items)
    await second.site.close()
  })

  it('keeps what belongs to one learner from the other, and says what is wrong', async () => {
    const { site } = await start()
    const ada = new Visitor(site.url)
    const grace = new Visitor(site.url)
    const nobody = new Visitor(site.url)
    await ada.signIn('ada')
    await grace.signIn('grace')
    const { thread } = await ada.ask('What is SLAM?')
    const get = { type: 'threads.get_by_id', params: { thread_id: thread?.id } }
    expect((await ada.post('/chatkit', get)).status).toBe(200)
    expect((await grace.post('/chatkit', get)).status).toBe(404)
    expect((await nobody.post('/chatkit', get)).status).toBe(401)
    expect((await nobody.fetch('/chatkit', { headers: { cookie: 'session=forged' } })).status).toBe(405)
    const empty = await ada.post('/chatkit', {})
    expect(empty.status).toBe(400)
    expect(await empty.text()).toContain('\\"type\\" is missing')
    await site.close()
  })

  it('signs in only who is known, and only from its own pages', async () => {
    const { site } = await start()
    const visitor = new Visitor(site.url)
    expect((await visitor.signIn('mallory')).status).toBe(404)
    expect((await visitor.post('/session', {})).status).toBe(400)
    expect((await visitor.post('/session', { learner: 'x'.repeat(2_000) })).status).toBe(413)
    const elsewhere = await visitor.post('/session', { learner: 'ada' }, { origin: 'https://evil.example' })
    expect(elsewhere.status).toBe(403)
    const framed = await visitor.post('/session', { learner: 'ada' }, { 'sec-fetch-site': 'cross-site' })
    expect(framed.status).toBe(403)
    const own = await visitor.post('/session', { learner: 'ada' }, { origin: new URL(site.url).origin })
    expect(own.status).toBe(204)
    expect(own.headers.get('set-cookie')).toMatch(
      /^session=\S+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    )
    const { mode } = await stat(join(folder, 'data/session-secret'))
    expect(mode & 0o777).toBe(0o600)
    await site.close()
  })

  it('names a broken lesson and loads the others; takes a lesson out that is gone', async () => {
    const lessonsDir = join(folder, 'lessons')
    await cp(LESSONS, lessonsDir, { recursive: true })
    await writeFile(join(lessonsDir, '99-broken.md'), '---\ntitle: [\n---\n# x')
    await rm(join(lessonsDir, '01-ros2-nodes-and-topics.md'))
    const sensors = join(lessonsDir, '04-sensors.md')
    await writeFile(sensors, `${await readFile(sensors, 'utf8')}\nA gyroscope drifts.\n`)
    const { site, log } = await start({}, lessonsDir)
    expect(log).toContainEqual(expect.stringMatching(/^Left out: Lesson "99-broken\.md": the front matter/))
    expect(log).toContain('Lessons: 0 added, 1 updated, 1 removed, 12 unchanged.')
    const visitor = new Visitor(site.url)
    const home = await (await visitor.fetch('/')).text()
    expect(home).toContain('/lessons/04-sensors')
    expect(home).not.toContain('99-broken')
    expect((await visitor.fetch('/lessons/01-ros2-nodes-and-topics')).status).toBe(404)
    await site.close()
  })

  it('finds nothing to quote for a question that the lessons do not cover, and says so', async () => {
    const { site } = await start()
    const ada = new Visitor(site.url)
    await ada.signIn('ada')
    const state = await ada.ask('Zabaglione?')
    expect(annotationsOf(state.items)).toEqual([])
    expect(JSON.stringify(state.items)).toContain('The lessons say nothing about that.')
    await site.close()
  })

  it('lets nobody sign in where others can reach it, unless it is told to', async () => {
    const closed = await start({ HOST: '0.0.0.0' })
    expect((await new Visitor(closed.site.url).signIn('ada')).status).toBe(403)
    expect(closed.log).toContainEqual(expect.stringMatching(/^Signing in is off/))
    await closed.site.close()
    const open = await start({ HOST: '0.0.0.0', DEMO_SIGN_IN: 'anywhere' })
    expect((await new Visitor(open.site.url).signIn('ada')).status).toBe(204)
    expect(open.log).toContainEqual(expect.stringMatching(/^DEMO_SIGN_IN=anywhere/))
    await open.site.close()
  })
})

describe('the course site on a PostgreSQL server', { timeout: 60_000 }, () => {
  it('does the same', async () => {
    const { site } = await start({ DATABASE_URL: inject('databaseUrl') })
    const grace = new Visitor(site.url)
    await grace.signIn('grace')
    const state = await grace.ask('What does a PID controller do?')
    expect(annotationsOf(state.items).length).toBeGreaterThan(0)
    await site.close()
  })
})
