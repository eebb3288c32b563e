import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { browserPath, launchBrowser } from '../../../test/browser.ts'
import { scriptedAnswer, type ScriptedSite, startScriptedSite } from './scripted-site.ts'

const LESSON = '/lessons/03-quaternions'
const DOUBLE_COVER = {
  title: 'Quaternions for rotations – The double cover',
  url: `${LESSON}#the-double-cover-q-and-q:~:text=Negating%20all%20four%20numbers,called%20the%20double%20cover`,
}
const FRAMES = {
  title: 'Coordinate frames and transforms – Composing and inverting',
  url: '/lessons/02-coordinate-frames#composing-and-inverting:~:text=Transforms%20chain%20when,names%20meet',
}
const CITED_TEXT = /^Negating all four numbers.*called the double cover$/

if (browserPath === undefined) console.log('chat panel in a browser: skipped, no Chromium on this machine')

describe.skipIf(browserPath === undefined)('the chat panel in a browser', { timeout: 30_000 }, () => {
  let site: ScriptedSite
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let problems: string[]

  beforeAll(async () => {
    site = await startScriptedSite()
    browser = await launchBrowser(browserPath ?? '')
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await site?.[Symbol.asyncDispose]()
  })

  beforeEach(async () => {
    await open({ viewport: { width: 1280, height: 800 } })
    site.answerWith((turn) =>
      scriptedAnswer(turn, [
        { text: 'Both name the **same rotation**.', cites: DOUBLE_COVER },
        { text: '\n\nOrder matters.', cites: FRAMES },
      ]),
    )
  })

  afterEach(async () => {
    await context.close()
    if (problems.length > 0) throw new Error(`The page reported: ${problems.join('; ')}`)
  })

  // Whatever a test does, no script fails and the content security policy refuses nothing.
  async function open(options: Parameters<Browser['newContext']>[0]): Promise<void> {
    await context?.close()
    context = await browser.newContext({ reducedMotion: 'reduce', baseURL: site.url, ...options })
    page = await context.newPage()
    problems = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      // The browser itself reports each refused request; those are asked for.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        problems.push(message.text())
      }
    })
  }

  async function signIn(path = LESSON): Promise<void> {
    await page.goto(path)
    await page.getByRole('button', { name: 'Ask the course' }).click()
    await page.getByRole('button', { name: 'Sign in as Ada' }).click()
    await page.getByLabel('Your question').waitFor()
  }

  async function ask(question: string): Promise<void> {
    await page.getByLabel('Your question').fill(question)
    await page.keyboard.press('Enter')
  }

  const answers = () => page.locator('.chat-message-assistant')
  const finished = () => page.locator('.chat-message-assistant[aria-busy=false]')
  const highlighted = () =>
    page.evaluate(() =>
      [...(CSS.highlights.get('cited-passage') ?? [])].map((range) =>
        range instanceof Range ? range.toString() : '',
      ),
    )
  const focusedText = () => page.evaluate(() => document.activeElement?.textContent ?? '')
  const isOnScreen = (text: string) =>
    page.getByText(text).evaluate((node) => {
      const { top, bottom } = node.getBoundingClientRect()
      return top >= 0 && bottom <= innerHeight
    })

  it('streams an answer, then leads from its citation to the passage', async () => {
    const gate = Promise.withResolvers<void>()
    site.answerWith((turn) =>
      scriptedAnswer(turn, [
        { text: 'Both name the **same ' },
        { text: 'rotation**.', cites: DOUBLE_COVER, after: gate.promise },
      ]),
    )
    await signIn()
    await ask('Are q and −q the same?')
    await page.getByText('Both name the').waitFor()
    expect(await answers().getAttribute('aria-busy')).toBe('true')
    expect(await page.getByRole('button', { name: 'Send' }).getAttribute('aria-disabled')).toBe('true')
    expect(await page.locator('.chat-sources').count()).toBe(0)
    gate.resolve()

    await finished().waitFor()
    expect(await answers().locator('strong').textContent()).toBe('same rotation')
    const citation = page.getByRole('link', { name: `Source 1: ${DOUBLE_COVER.title}` })
    expect(await citation.textContent()).toBe('1')
    expect(await page.locator('.chat-sources li').allTextContents()).toEqual([DOUBLE_COVER.title])
    await citation.click()
    await expect.poll(highlighted).toEqual([expect.stringMatching(CITED_TEXT)])
    expect(await isOnScreen('Negating all four numbers')).toBe(true)
    expect(await focusedText()).toMatch(/^Negating all four/)
    expect(new URL(page.url()).hash).toBe('#the-double-cover-q-and-q')
  })

  it('tells the server about the page with each question', async () => {
    await signIn()
    const sent = page.waitForRequest('**/chatkit')
    await ask('What is this?')
    expect((await sent).postDataJSON()).toMatchObject({
      type: 'threads.create',
      params: { input: { content: [{ type: 'input_text', text: 'What is this?' }] } },
      metadata: {
        page: {
          url: `${site.url}${LESSON}`,
          path: LESSON,
          title: 'Quaternions for rotations',
          language: 'en',
          headings: expect.arrayContaining(['What a quaternion is', 'Slerp and gimbal lock']),
        },
      },
    })
    await finished().waitFor()
  })

  it('follows a citation to another page and shows the passage there', async () => {
    await signIn()
    await ask('Does order matter?')
    await finished().waitFor()
    await page.getByRole('link', { name: FRAMES.title, exact: true }).click()
    await page.waitForURL('**/lessons/02-coordinate-frames*')
    await expect.poll(highlighted).toEqual(['Transforms chain when the inner names meet'])
    expect(await isOnScreen('Transforms chain when')).toBe(true)
    expect(await focusedText()).toMatch(/^Transforms chain when/)
    await answers().waitFor()
  })

  it('falls back to the heading when the page has changed', async () => {
    site.answerWith((turn) =>
      scriptedAnswer(turn, [
        { text: 'Old.', cites: { title: 'Old', url: `${LESSON}#slerp-and-gimbal-lock:~:text=no%20such` } },
      ]),
    )
    await signIn()
    await ask('Old?')
    await finished().waitFor()
    await page.getByRole('link', { name: 'Source 1: Old' }).click()
    await expect.poll(focusedText).toBe('Slerp and gimbal lock')
    expect(await page.locator('.cited-block').textContent()).toBe('Slerp and gimbal lock')
  })

  it('shows the conversation after a reload, to its learner only, until a new one is begun', async () => {
    await signIn()
    await ask('Are q and −q the same?')
    await finished().waitFor()
    await page.reload()
    await finished().waitFor()
    expect(await page.locator('.chat-message-user p').textContent()).toBe('Are q and −q the same?')

    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect.poll(() => answers().count()).toBe(0)
    await page.getByRole('button', { name: 'Sign in as Grace' }).click()
    await page.getByLabel('Your question').waitFor()
    await page.getByText('Ask about this page').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in as Ada' }).click()
    await finished().waitFor()

    await page.getByRole('button', { name: 'New conversation' }).click()
    await page.getByText('Ask about this page').waitFor()
    await page.reload()
    await page.getByText('Ask about this page').waitFor()
    expect(await answers().count()).toBe(0)
  })

  it('goes on with an answer after a reload, and stops it at its learner’s word', async () => {
    const gate = Promise.withResolvers<void>()
    site.answerWith((turn) =>
      scriptedAnswer(turn, [
        { text: 'Both name the ' },
        { text: 'same rotation.', after: gate.promise },
        {
          text: ' Never said.',
          after: new Promise((resolve) => turn.signal.addEventListener('abort', () => resolve())),
        },
      ]),
    )
    await signIn()
    await ask('Are q and −q the same?')
    await page.getByText('Both name the').waitFor()
    await page.reload()
    await page.getByText('Both name the').waitFor()
    const stop = page.getByRole('button', { name: 'Stop' })
    await stop.waitFor()
    gate.resolve()
    await page.getByText('Both name the same rotation.').waitFor()
    await stop.click()
    await stop.waitFor({ state: 'hidden' })
    expect(await page.getByRole('button', { name: 'Send' }).getAttribute('aria-disabled')).toBe('false')
    await page.reload()
    await page.getByText('Both name the same rotation.').waitFor()
    expect(await page.locator('.chat-answer').textContent()).not.toContain('Never said.')
    expect(await page.locator('.chat-message-user').count()).toBe(1)
  })

  it('works by keyboard alone', async () => {
    await page.goto(LESSON)
    const focused = () => page.evaluate(() => document.activeElement?.textContent.trim() ?? '')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the content')
    await page.getByRole('button', { name: 'Ask the course' }).focus()
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('Sign in as Ada')
    await page.keyboard.press('Enter')
    const field = page.getByLabel('Your question')
    await expect.poll(() => field.evaluate((node) => node === document.activeElement)).toBe(true)
    await page.keyboard.type('First line')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('second line')
    expect(await field.inputValue()).toBe('First line\nsecond line')
    await field.dispatchEvent('keydown', { key: 'Enter', isComposing: true })
    expect(await answers().count()).toBe(0)
    await page.keyboard.press('Enter')
    await finished().waitFor()
    expect(await page.locator('.chat-message-user p').innerText()).toBe('First line\nsecond line')
    expect(await field.inputValue()).toBe('')
    await page.keyboard.press('Escape')
    expect(await page.locator('#chat-panel').isVisible()).toBe(false)
    expect(await focused()).toBe('Ask the course')
  })

  it('says a finished answer to screen readers once, and no token of it', async () => {
    await signIn()
    await ask('Are q and −q the same?')
    await finished().waitFor()
    const status = page.locator('#chat-panel [role=status]')
    await expect.poll(() => status.textContent()).toBe('Both name the same rotation.\nOrder matters.')
  })

  it('covers a phone as a dialog and gives way to the passage', async () => {
    await open({ viewport: { width: 320, height: 568 }, hasTouch: true })
    await signIn()
    const dialog = page.getByRole('dialog', { name: 'Ask the course' })
    expect(await dialog.boundingBox()).toEqual({ x: 0, y: 0, width: 320, height: 568 })
    expect(await page.locator('.site').evaluate((node) => (node as HTMLElement).inert)).toBe(true)
    await ask('Are q and −q the same?')
    await finished().waitFor()
    await page.getByRole('link', { name: `Source 1: ${DOUBLE_COVER.title}` }).click()
    expect(await dialog.isVisible()).toBe(false)
    await expect.poll(highlighted).toEqual([expect.stringMatching(CITED_TEXT)])
    expect(await isOnScreen('Negating all four numbers')).toBe(true)
    expect(await page.locator('.site').evaluate((node) => (node as HTMLElement).inert)).toBe(false)
    const overflowPx: number[] = []
    for (const path of ['/', '/lessons/02-coordinate-frames', '/lessons/08-motion-planning']) {
      await page.goto(path)
      overflowPx.push(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
    }
    expect(overflowPx).toEqual([0, 0, 0])
  })

  it('shows hostile Markdown as harmless text', async () => {
    const lines = [
      '<img src=x onerror="document.title=1"><script>document.title=1</script>',
      '![picture](https://attacker.test/pixel.png)',
      '[script](javascript:document.title=1) [data](data:text/html,hi) [off](https://example.test/a) [on](/lessons/04-sensors)',
      '<a href="//example.test" style="position:fixed" id="main" onclick="document.title=1">styled</a>',
    ]
    const source = { title: '<b>bold</b>', url: 'javascript:document.title=1' }
    site.answerWith((turn) => scriptedAnswer(turn, [{ text: lines.join('\n\n'), cites: source }]))
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    await signIn()
    await ask('Attack?')
    await finished().waitFor()
    const links = await answers()
      .locator('a')
      .evaluateAll((all) =>
        all.map((link) => [
          link.textContent,
          (link as HTMLAnchorElement).href,
          (link as HTMLAnchorElement).rel,
        ]),
      )
    expect(links).toEqual([
      ['off', 'https://example.test/a', 'noopener noreferrer'],
      ['on', `${site.url}/lessons/04-sensors`, ''],
    ])
    expect(await answers().locator('img, script, [style], [id], [onclick]').count()).toBe(0)
    expect(await page.locator('.chat-sources li').textContent()).toBe('<b>bold</b>')
    expect(await page.title()).toContain('Quaternions')
    expect(requests.filter((url) => !url.startsWith(site.url) && url !== 'data:,')).toEqual([])
  })

  it('writes each paragraph in the direction of its text', async () => {
    site.answerWith((turn) =>
      scriptedAnswer(turn, [{ text: 'کواٹرنین چار اعداد ہیں۔\n\nFour numbers.', cites: DOUBLE_COVER }]),
    )
    await signIn()
    await ask('کواٹرنین کیا ہے؟')
    await finished().waitFor()
    const directions = await page
      .locator('.chat-message p[dir]')
      .evaluateAll((all) => all.map((node) => getComputedStyle(node).direction))
    expect(directions).toEqual(['rtl', 'rtl', 'ltr'])
  })

  it.each(['ltr', 'rtl'])('stands beside the page and not over it (%s)', async (direction) => {
    await signIn()
    await page.evaluate((dir) => (document.documentElement.dir = dir), direction)
    const panel = await page.getByRole('complementary', { name: 'Ask the course' }).boundingBox()
    const article = await page.locator('article.lesson').boundingBox()
    expect(panel).toMatchObject({ y: 0, height: 800 })
    expect((article?.x ?? 0) + (article?.width ?? 0)).toBeLessThanOrEqual(panel?.x ?? 0)
  })

  it('says what went wrong and tries again', async () => {
    await signIn()
    const refuse = { status: 503, json: { error: { code: 'unavailable' }, message: 'no' } }
    await page.route('**/chatkit', (route) => route.fulfill(refuse))
    await ask('Are q and −q the same?')
    await page.getByRole('alert').getByText('The course cannot answer right now.').waitFor()
    expect(await page.locator('.chat-message-user p').textContent()).toBe('Are q and −q the same?')
    await page.unroute('**/chatkit')
    await page.getByRole('button', { name: 'Try again' }).click()
    await finished().waitFor()
    expect(await page.locator('.chat-message-user').count()).toBe(1)
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
  })

  it('offers to sign in when the session is over, and keeps what was asked', async () => {
    await signIn()
    await context.clearCookies()
    await ask('Are q and −q the same?')
    await page.getByRole('button', { name: 'Sign in as Ada' }).click()
    const field = page.getByLabel('Your question')
    await field.waitFor()
    expect(await field.inputValue()).toBe('Are q and −q the same?')
    await field.press('Enter')
    await finished().waitFor()
  })

  it('says that a stand-in answers', async () => {
    await signIn('/')
    await page
      .getByText('No API key is set: answers come from a small stand-in that quotes the lessons.')
      .waitFor()
  })

  it('is not needed to read a lesson', async () => {
    await open({ javaScriptEnabled: false })
    await page.goto(LESSON)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Quaternions for rotations')
    expect(await page.getByRole('button').count()).toBe(0)
    await page.getByRole('link', { name: /Next lesson/ }).click()
    expect(new URL(page.url()).pathname).toBe('/lessons/04-sensors')
  })
})
