import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readConfig } from '../server/config.ts'
import { runSite } from '../server/run-site.ts'
import { browserPath, launchBrowser } from '../../../test/browser.ts'

const LESSONS = join(import.meta.dirname, '../lessons')

// The whole site as a stranger starts it: the real search, the stand-in for the model, the embedded database.
it.skipIf(browserPath === undefined)(
  'a learner asks in a browser, the answer streams with a citation, and the citation leads to its passage',
  { timeout: 60_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'site-'))
    const config = readConfig({ PORT: '0', DATA_DIR: folder, MODEL_DELAY_MS: '5' })
    const site = await runSite({ config, lessonsDir: LESSONS, log: () => {} })
    const browser = await launchBrowser(browserPath ?? '')
    try {
      const page = await browser.newPage({ reducedMotion: 'reduce' })
      await page.goto(`${site.url}/lessons/03-quaternions`)
      await page.getByRole('button', { name: 'Ask the course' }).click()
      await page.getByRole('button', { name: 'Sign in as Ada' }).click()
      await page.getByLabel('Your question').fill('Do q and −q stand for the same rotation?')
      await page.keyboard.press('Enter')
      await page.locator('.chat-message-assistant[aria-busy=true]').waitFor()
      await page.locator('.chat-message-assistant[aria-busy=false]').waitFor()
      await page.getByRole('link', { name: /^Source 1: .*The double cover/ }).click()
      await expect
        .poll(() =>
          page
            .getByText('Negating all four numbers leaves')
            .first()
            .evaluate((passage) => {
              const { top, bottom } = passage.getBoundingClientRect()
              return passage.closest('main') !== null && top >= 0 && bottom <= innerHeight
            }),
        )
        .toBe(true)
      const answer = await page.locator('.chat-message-assistant').textContent()
      await page.reload()
      await page.locator('.chat-message-assistant').waitFor()
      expect(await page.locator('.chat-message-assistant').textContent()).toBe(answer)
    } finally {
      await browser.close()
      await site.close()
      await rm(folder, { recursive: true })
    }
  },
)
