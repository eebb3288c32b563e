import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { expectNoViolations } from './expect-no-violations.ts'

/** A learner at the real site, with the stand-in for a model: nothing here can wait for a word that a test holds back. */
export class SiteJourney {
  readonly page: Page
  readonly problems: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on('pageerror', (error) => this.problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text())
    })
  }

  static async begin(browser: Browser, baseURL: string, options: BrowserContextOptions = {}) {
    const viewport = { width: 1280, height: 800 }
    const context = await browser.newContext({ baseURL, viewport, reducedMotion: 'reduce', ...options })
    return new SiteJourney(await context.newPage())
  }

  /** Throws where the browser's console told of an error. */
  async end(): Promise<void> {
    await this.page.context().close()
    const { problems } = this
    if (problems.length > 0) throw new Error(`The page reported: ${problems.join('; ')}`)
  }

  /** Opens a page and the panel, signs in, and begins a conversation. */
  async signIn(path: string, learner = 'Ada'): Promise<void> {
    await this.page.goto(path)
    await this.button('Ask the course').click()
    await this.button(`Sign in as ${learner}`).click()
    await this.field().waitFor()
  }

  async ask(question: string): Promise<void> {
    // Nothing can be sent while an answer is on its way.
    await this.button('Stop').waitFor({ state: 'hidden' })
    await this.field().fill(question)
    await this.page.keyboard.press('Enter')
  }

  /** Asks and gives the whole answer. */
  async converse(question: string): Promise<Locator> {
    const place = await this.answers().count()
    await this.ask(question)
    return this.whole(place)
  }

  /** An answer by its place, when it has ended. */
  async whole(place: number): Promise<Locator> {
    // What can be done with an answer is offered when no more of it can come; after a reload the first part stands there
    // by itself for a moment.
    await this.button('Copy the answer').nth(place).waitFor()
    await this.button('Stop').waitFor({ state: 'hidden' })
    return this.answers().nth(place)
  }

  /**
   * Asks, and does something as soon as the first words are there, in the page itself: no other process has to be quick
   * enough. Resolves with those words.
   */
  async interrupt(question: string, deed: 'reload' | 'stop'): Promise<string> {
    const place = await this.answers().count()
    await this.page.evaluate(
      ({ act, index }) => {
        sessionStorage.removeItem('first-words')
        const observer = new MutationObserver(() => {
          const words = document.querySelectorAll('.chat-answer')[index]?.textContent.trim()
          if (!words) return
          observer.disconnect()
          sessionStorage.setItem('first-words', words)
          const stop = [...document.querySelectorAll('button')].find((one) => one.textContent === 'Stop')
          if (act === 'stop') stop?.click()
          else location.reload()
        })
        observer.observe(document.body, { childList: true, subtree: true, characterData: true })
      },
      { act: deed, index: place },
    )
    const loaded = deed === 'reload' ? this.page.waitForEvent('load') : undefined
    await this.ask(question)
    await loaded
    const words = await this.page.waitForFunction(() => sessionStorage.getItem('first-words'))
    return (await words.jsonValue()) ?? ''
  }

  /** Marks a paragraph of the lesson; gives its words. */
  mark(beginning: string): Promise<string> {
    return this.page.evaluate((words) => {
      const paragraphs = [...document.querySelectorAll('main p')]
      const paragraph = paragraphs.find((node) => node.textContent.startsWith(words))
      if (!paragraph) throw new Error(`No paragraph begins with "${words}".`)
      paragraph.scrollIntoView({ block: 'center' })
      getSelection()?.selectAllChildren(paragraph)
      return paragraph.textContent.replaceAll(/\s+/g, ' ').trim()
    }, beginning)
  }

  /** Looks the page over with axe-core, and keeps a picture of it. */
  async look(state: string): Promise<void> {
    await expectNoViolations(this.page, state)
    await this.keep(state)
  }

  /** Keeps a picture of the page where `SITE_PICTURES` names a folder. */
  async keep(state: string): Promise<void> {
    const folder = process.env.SITE_PICTURES
    if (folder) await this.page.screenshot({ path: join(folder, `${state.replaceAll(' ', '-')}.png`) })
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true })
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
}
