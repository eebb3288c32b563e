import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { ScriptedSite } from './scripted-site.ts'

/** A page of the site in a browser, with its panel. */
export interface PanelPage {
  page: Page
  signIn: (path?: string) => Promise<void>
  ask: (question: string) => Promise<void>
  /** Closes it. Throws where a script failed or the content security policy refused something. */
  close: () => Promise<void>
}

export async function openPanelPage(
  browser: Browser,
  site: ScriptedSite,
  options: BrowserContextOptions = {},
): Promise<PanelPage> {
  const context = await browser.newContext({
    reducedMotion: 'reduce',
    baseURL: site.url,
    viewport: { width: 1280, height: 800 },
    ...options,
  })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    // The browser itself reports each refused request; those are asked for.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      problems.push(message.text())
    }
  })
  return {
    page,
    signIn: async (path = '/lessons/03-quaternions') => {
      await page.goto(path)
      await page.getByRole('button', { name: 'Ask the course' }).click()
      await page.getByRole('button', { name: 'Sign in as Ada' }).click()
      await page.getByLabel('Your question').waitFor()
    },
    ask: async (question) => {
      await page.getByLabel('Your question').fill(question)
      await page.keyboard.press('Enter')
    },
    close: async () => {
      await context.close()
      if (problems.length > 0) throw new Error(`The page reported: ${problems.join('; ')}`)
    },
  }
}
