import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { browserPath, launchBrowser } from '../../../test/browser.ts'
import { type ScriptedSite, scriptedAnswer, startScriptedSite } from './scripted-site.ts'

export const LESSON = '/lessons/03-quaternions'
export const DOUBLE_COVER = {
  title: 'Quaternions for rotations – The double cover',
  url: `${LESSON}#the-double-cover-q-and-q:~:text=Negating%20all%20four%20numbers,called%20the%20double%20cover`,
}
export const FRAMES = {
  title: 'Coordinate frames and transforms – Composing and inverting',
  url: '/lessons/02-coordinate-frames#composing-and-inverting:~:text=Transforms%20chain%20when,names%20meet',
}

type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>

/** Somebody at the scripted site in a real browser, on a new page for each test. */
export class PanelVisit {
  site!: ScriptedSite
  browser!: Browser
  context!: BrowserContext
  page!: Page
  problems: string[] = []

  async open(options: ContextOptions = {}): Promise<void> {
    await this.context?.close()
    const { site, browser } = this
    this.context = await browser.newContext({
      reducedMotion: 'reduce',
      baseURL: site.url,
      viewport: { width: 1280, height: 800 },
      ...options,
    })
    this.page = await this.newPage()
  }

  /** Throws where a script failed or the content security policy refused something. */
  async close(): Promise<void> {
    await this.context.close()
    const { problems } = this
    if (problems.length > 0) throw new Error(`The page reported: ${problems.join('; ')}`)
  }

  /** Another tab of the same visitor. */
  async newPage(): Promise<Page> {
    const page = await this.context.newPage()
    page.on('pageerror', (error) => this.problems.push(error.message))
    page.on('console', (message) => {
      // The browser itself reports each refused request; those are asked for.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.problems.push(message.text())
      }
    })
    return page
  }

  async signIn(path = LESSON): Promise<void> {
    await this.page.goto(path)
    await this.page.getByRole('button', { name: 'Ask the course' }).click()
    await this.page.getByRole('button', { name: 'Sign in as Ada' }).click()
    await this.field().waitFor()
  }

  async ask(question: string): Promise<void> {
    await this.field().fill(question)
    await this.page.keyboard.press('Enter')
  }

  /** Asks and waits for the whole answer. */
  async converse(question: string): Promise<void> {
    const before = await this.finished().count()
    await this.ask(question)
    await this.finished().nth(before).waitFor()
  }

  /** Begins a new conversation. */
  async renew(): Promise<void> {
    await this.page.getByRole('button', { name: 'New conversation' }).click()
    await this.page.getByText('Ask about this page').waitFor()
  }

  field(): Locator {
    return this.page.getByLabel('Your question')
  }

  answers(): Locator {
    return this.page.locator('.chat-message-assistant')
  }

  finished(): Locator {
    return this.page.locator('.chat-message-assistant[aria-busy=false]')
  }

  /** Words of the conversation, and not of what is said to a screen reader. */
  said(words: string, page = this.page): Locator {
    return page.locator('.chat-log').getByText(words)
  }

  /** The name of what has the focus, or else its text. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const { activeElement } = document
      return activeElement?.ariaLabel ?? activeElement?.textContent.trim() ?? ''
    })
  }
}

/** Somebody new at a site that a test has started by itself. */
export async function openVisit(
  browser: Browser,
  site: ScriptedSite,
  options?: ContextOptions,
): Promise<PanelVisit> {
  const visit = new PanelVisit()
  visit.browser = browser
  visit.site = site
  await visit.open(options)
  return visit
}

/** Runs the tests that `define` registers in a browser, where the machine has one. */
export function describeInBrowser(title: string, define: (visit: PanelVisit) => void): void {
  if (browserPath === undefined) console.log(`${title}: skipped, no Chromium on this machine`)

  describe.skipIf(browserPath === undefined)(title, { timeout: 30_000 }, () => {
    const visit = new PanelVisit()

    beforeAll(async () => {
      visit.site = await startScriptedSite()
      visit.browser = await launchBrowser(browserPath ?? '')
    }, 60_000)

    afterAll(async () => {
      await visit.browser?.close()
      await visit.site?.[Symbol.asyncDispose]()
    })

    beforeEach(async () => {
      // Nobody finds the conversations of another test.
      await visit.site.forget()
      visit.problems = []
      await visit.open()
      visit.site.answerWith((turn) =>
        scriptedAnswer(turn, [
          { text: 'Both name the **same rotation**.', cites: DOUBLE_COVER },
          { text: '\n\nOrder matters.', cites: FRAMES },
        ]),
      )
    })

    afterEach(async () => {
      await visit.close()
    })

    define(visit)
  })
}
