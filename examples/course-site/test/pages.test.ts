import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  contentSecurityPolicy,
  coursePage,
  errorPage,
  homePage,
  LessonError,
  loadLessons,
  renderLesson,
  type Visit,
} from '../pages/index.ts'
import { escapeHtml } from '../pages/html.ts'

const { lessons } = await loadLessons(join(import.meta.dirname, '../lessons'))
const visit: Visit = {
  model: 'local',
  learners: [
    { id: 'ada', name: 'Ada' },
    { id: 'grace', name: 'Grace' },
  ],
}
const pageOf = (lesson: (typeof lessons)[number], as: Visit = visit) =>
  coursePage({ lesson, lessons, visit: as })
const allPages = [homePage({ lessons, visit }), ...lessons.map((lesson) => pageOf(lesson))]

function lessonWith(markdown: string, fields: Record<string, string | number> = {}) {
  const metadata = { title: 'T', summary: 'S', order: 1, module: 'M', language: 'en', ...fields }
  const yaml = Object.entries(metadata).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  const source = `---\n${yaml.join('\n')}\n---\n\n${markdown}\n`
  const lesson = renderLesson({ file: 'x.md', markdown: source })
  return { ...lesson, file: 'x.md', slug: 'x', path: '/lessons/x', markdown: source }
}

describe('lessons', () => {
  it('are fourteen, one of them in Urdu, module by module and in each by their order', () => {
    expect(lessons).toHaveLength(14)
    expect(lessons.filter(({ language }) => language === 'ur')).toHaveLength(1)
    const modules = [...Map.groupBy(lessons, ({ module }) => module).values()]
    expect(modules.flat()).toEqual(lessons)
    for (const module of modules) {
      expect(module).toEqual(module.toSorted((a, b) => a.order - b.order))
    }
    const firsts = modules.map(([first]) => first?.order)
    expect(firsts).toEqual(firsts.toSorted((a = 0, b = 0) => a - b))
  })

  it.each(lessons)('$file has questions on what it teaches', ({ quiz }) => {
    expect(quiz.length).toBeGreaterThanOrEqual(2)
    for (const { choices } of quiz) expect(new Set(choices).size).toBe(choices.length)
  })

  it('keep their questions out of their pages', () => {
    for (const lesson of lessons) {
      const page = pageOf(lesson)
      for (const { question } of lesson.quiz) expect(page).not.toContain(escapeHtml(question))
    }
  })

  it.each(lessons)('$file teaches in four to seven sections, with a table and code', ({ html, headings }) => {
    const sections = headings.filter(({ level }) => level === 2)
    expect(sections.length).toBeGreaterThanOrEqual(4)
    expect(sections.length).toBeLessThanOrEqual(7)
    expect(html.source).toContain('<table>')
    expect(html.source).toMatch(/<code class="language-(?:python|bash)">/)
    expect(html.source).not.toContain('<h1')
  })
})

describe('renderLesson', () => {
  it('gives each heading the anchor that GitHub would give it', () => {
    const { html, headings } = lessonWith('## The double cover: q and −q\n\n## What is it?\n\n## What is it?')
    expect(headings).toEqual([
      { id: 'the-double-cover-q-and-q', text: 'The double cover: q and −q', level: 2 },
      { id: 'what-is-it', text: 'What is it?', level: 2 },
      { id: 'what-is-it-1', text: 'What is it?', level: 2 },
    ])
    for (const { id } of headings) expect(html.source).toContain(`<h2 id="${id}">`)
  })

  it('drops raw HTML and keeps tables scrollable by keyboard', () => {
    const { html } = lessonWith(
      '<script>alert(1)</script>\n\na <img src=x onerror=alert(1)> b\n\n| A |\n| --- |\n| 1 |',
    )
    expect(html.source).not.toMatch(/<script|<img|onerror/)
    expect(html.source).toContain('<div class="table" role="group" aria-label="Table" tabindex="0"><table>')
  })

  it.each([
    ['no front matter', '# Title', 'must begin with front matter'],
    ['broken YAML', '---\ntitle: [\n---\n', 'not valid YAML'],
    [
      'a missing field',
      '---\ntitle: T\nsummary: S\nmodule: M\nlanguage: en\n---\n',
      '"order" in the front matter',
    ],
    [
      'a wrong type',
      '---\ntitle: T\nsummary: S\norder: first\nmodule: M\nlanguage: en\n---\n',
      '"order" in the',
    ],
    [
      'no language',
      '---\ntitle: T\nsummary: S\norder: 1\nmodule: M\nlanguage: e n\n---\n',
      '"language" in the',
    ],
    [
      'a question whose answer is no choice',
      '---\ntitle: T\nsummary: S\norder: 1\nmodule: M\nlanguage: en\nquiz:\n  - question: Q\n    choices: [a, b]\n    answer: 3\n    why: W\n---\n',
      '"quiz.0.answer" in the front matter: is the number of no choice',
    ],
    [
      'an unknown field',
      '---\ntitle: T\nsummary: S\norder: 1\nmodule: M\nlanguage: en\nslug: x\n---\n',
      '"slug"',
    ],
  ])('names the file and the reason: %s', (_case, markdown, reason) => {
    const render = () => renderLesson({ file: '07-broken.md', markdown })
    expect(render).toThrow(LessonError)
    expect(render).toThrow('Lesson "07-broken.md"')
    expect(render).toThrow(reason)
  })
})

it('loadLessons names the lessons that cannot be used, and loads the others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lessons-'))
  try {
    await writeFile(join(folder, 'a.md'), 'no front matter')
    await writeFile(join(folder, 'b.md'), new Uint8Array([0x2d, 0xff]))
    await writeFile(join(folder, 'c.md'), lessons[0]?.markdown ?? '')
    const loaded = await loadLessons(folder)
    expect(loaded.broken.map(({ message }) => message)).toEqual([
      expect.stringContaining('Lesson "a.md"'),
      'Lesson "b.md": the file is not UTF-8 text',
    ])
    expect(loaded.lessons.map(({ file }) => file)).toEqual(['c.md'])
  } finally {
    await rm(folder, { recursive: true })
  }
})

describe('pages', () => {
  it('escape titles, summaries, headings, names and messages wherever they stand', () => {
    const evil = `"><script>alert('x')</script>&`
    const lesson = lessonWith('## One `<b>`\n\n## Two', { title: evil, summary: evil, module: evil })
    const learner = { id: evil, name: evil }
    const as: Visit = { ...visit, learners: [learner], learner }
    const pages = [
      coursePage({ lesson, lessons: [lesson, lesson], visit: as }),
      homePage({ lessons: [lesson], visit: as }),
      errorPage({ title: evil, message: evil, visit: as }),
    ]
    for (const page of pages) {
      expect(page).not.toContain('<script>')
      expect(page).toContain('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;')
    }
    expect(pages[0]).toContain('<a href="#one-b">One &lt;b&gt;</a>')
  })

  it('have nothing inline that a content security policy must allow', () => {
    for (const page of allPages) {
      expect(page.match(/<script/g)).toHaveLength(1)
      expect(page).toContain('<script type="module" src="/panel.js"></script>')
      expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/)
    }
  })

  it('link only to pages and anchors that exist', () => {
    const paths = new Set(['/', ...lessons.map(({ path }) => path)])
    const assets = new Set(['/site.css', '/panel.css', 'data:,'])
    const leadsNowhere = (page: string, href: string): boolean =>
      href.startsWith('#')
        ? !page.includes(` id="${decodeURIComponent(href.slice(1))}"`)
        : !paths.has(href) && !assets.has(href)
    const broken = allPages.flatMap((page) => {
      const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href)
      return links.filter((href) => leadsNowhere(page, href))
    })
    expect(broken).toEqual([])
    for (const { path } of lessons) expect(allPages[0]).toContain(`href="${path}"`)
  })

  it('lead from each lesson to the one before and the one after', () => {
    const [first, second, third] = lessons
    if (!first || !second || !third) throw new Error('there are too few lessons')
    expect(pageOf(first)).not.toContain('rel="prev"')
    expect(pageOf(second)).toContain(`rel="prev" href="${first.path}"`)
    expect(pageOf(second)).toContain(`rel="next" href="${third.path}"`)
    expect(allPages.at(-1)).not.toContain('rel="next"')
  })

  it('tell the panel who is signed in and what answers', () => {
    const [lesson] = lessons
    if (!lesson) throw new Error('there are no lessons')
    expect(pageOf(lesson)).toContain('<meta name="chat-learner" content="" />')
    expect(pageOf(lesson)).toContain('<meta name="chat-model" content="local" />')
    const signedIn = pageOf(lesson, { ...visit, model: 'openai', learner: { id: 'ada', name: 'Ada' } })
    expect(signedIn).toContain('<meta name="chat-learner" content="ada" />')
    expect(signedIn).toContain('<meta name="chat-model" content="openai" />')
    expect(signedIn).toContain('<strong data-learner-name>Ada</strong>')
  })

  it('say what a learner has done, to that learner', () => {
    const [lesson] = lessons
    if (!lesson) throw new Error('there are no lessons')
    const as: Visit = { ...visit, learner: { id: 'ada', name: 'Ada' }, done: new Set([lesson.slug]) }
    expect(homePage({ lessons, visit: as })).toContain('You have done 1 of 14 lessons.')
    expect(homePage({ lessons, visit: as }).match(/>Done</g)).toHaveLength(1)
    expect(pageOf(lesson, as)).toContain('You have done this lesson.')
    expect(allPages.join('')).not.toContain('You have done')
  })

  it('load the client that is chosen, and let the browser load no more than it needs', () => {
    expect(allPages[0]).toContain('<meta name="chat-client" content="panel" />')
    const theirs = homePage({ lessons, visit: { ...visit, domainKey: 'domain_pk_1' } })
    expect(theirs).toContain('<meta name="chat-client" content="official" />')
    expect(theirs).toContain('<meta name="chat-domain-key" content="domain_pk_1" />')
    expect(theirs).toContain('src="/official.js"')
    expect(contentSecurityPolicy({ client: 'panel' })).not.toContain('openai')
    expect(contentSecurityPolicy({ client: 'official' })).toContain(
      "script-src 'self' https://cdn.platform.openai.com;",
    )
  })

  it('say without a script that asking needs one', () => {
    for (const page of allPages) {
      expect(/<noscript>([\s\S]*?)<\/noscript>/.exec(page)?.[1]).toContain(
        'Asking the course needs JavaScript',
      )
    }
  })

  it('tell the chat what may be uploaded and whether it can be spoken to', () => {
    const uploads = { accept: ['image/png'], maxBytes: 5 }
    const page = homePage({ lessons, visit: { ...visit, uploads, dictation: true } })
    const content = /name="chat-uploads" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&quot;', '"')
    expect(JSON.parse(content ?? '')).toEqual(uploads)
    expect(page).toContain('<meta name="chat-dictation" content="yes" />')
    expect(allPages[0]).toContain('<meta name="chat-dictation" content="no" />')
    expect(allPages[0]).not.toContain('chat-uploads')
  })

  it('set Latin words apart in a text from right to left', () => {
    const { html, headings } = lessonWith(
      '## ROS 2 کیا ہے؟\n\nروبوٹ `odom` اور **lidar** سے چلتا ہے (ROS 2).',
      {
        language: 'ur',
      },
    )
    expect(headings[0]?.text).toBe('ROS 2 کیا ہے؟')
    expect(html.source).toContain('(<bdi lang="en" dir="ltr">ROS 2</bdi>)')
    expect(html.source).toContain('<strong><bdi lang="en" dir="ltr">lidar</bdi></strong>')
    expect(html.source).toContain('<code dir="ltr">odom</code>')
    expect(lessonWith('ROS 2').html.source).not.toContain('<bdi')
  })

  it('are written in the direction of their language', () => {
    const lesson = lessonWith('## ایک', { title: 'کواٹرنین', language: 'ur' })
    const page = coursePage({ lesson, lessons: [lesson], visit })
    expect(page).toContain('<html lang="ur" dir="rtl">')
    expect(page).toContain('<h2 id="ایک">')
    expect(allPages[1]).toContain('<html lang="en" dir="ltr">')
  })
})
