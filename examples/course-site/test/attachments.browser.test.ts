import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { browserPath, launchBrowser } from '../../../test/browser.ts'
import { expectNoViolations } from './expect-no-violations.ts'
import { openVisit, type PanelVisit } from './panel-visit.ts'
import { scriptedAnswer, type ScriptedSite, startScriptedSite } from './scripted-site.ts'

if (browserPath === undefined) console.log('attachments in a browser: skipped, no Chromium on this machine')

// A picture of one pixel.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const PICTURE = { name: 'robot.png', mimeType: 'image/png', buffer: PNG }
const NOTES = { name: 'نوٹ notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Two wheels.') }

describe.skipIf(browserPath === undefined).each(['two-step', 'direct'] as const)(
  'files in the chat panel, sent %s',
  { timeout: 60_000 },
  (uploads) => {
    let site: ScriptedSite
    let browser: Browser
    let panel: PanelVisit | undefined

    beforeAll(async () => {
      site = await startScriptedSite({ uploads })
      site.answerWith((turn) => scriptedAnswer(turn, [{ text: 'Seen.' }]))
      browser = await launchBrowser(browserPath ?? '')
    }, 60_000)

    afterAll(async () => {
      await browser?.close()
      await site?.[Symbol.asyncDispose]()
    })

    afterEach(async () => {
      const opened = panel
      panel = undefined
      await opened?.close()
    })

    async function open(options?: BrowserContextOptions): Promise<Page> {
      panel = await openVisit(browser, site, options)
      await panel.signIn()
      return panel.page
    }

    const choose = (page: Page, files: (typeof PICTURE)[]) =>
      page.locator('.chat-composer input[type=file]').setInputFiles(files)
    const row = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name })
    const arrived = (page: Page, name: string) => row(page, name).locator('.chat-upload-state:not(:empty)')
    // The bytes, not their announcement.
    const carriesFile = (url: URL): boolean => url.pathname.startsWith('/attachments')

    it('are shown before they are sent, go with the question, and are there after a reload', async () => {
      const page = await open({ viewport: { width: 320, height: 568 } })
      await choose(page, [PICTURE, NOTES])
      await arrived(page, PICTURE.name).waitFor()
      await arrived(page, NOTES.name).waitFor()
      const preview = row(page, PICTURE.name).locator('img')
      await expect.poll(() => preview.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(1)
      await expectNoViolations(page)
      await panel?.ask('What is it?')
      await page.getByRole('log').getByText('Seen.').waitFor()
      expect(await page.locator('.chat-upload').count()).toBe(0)
      for (const reload of [false, true]) {
        if (reload) await page.reload()
        if (reload) await page.getByRole('button', { name: 'Ask the course' }).click()
        const sent = page.locator('.chat-message-user')
        await sent.getByText(NOTES.name).waitFor()
        const picture = sent.getByRole('img', { name: PICTURE.name })
        await expect.poll(() => picture.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(1)
      }
      await expectNoViolations(page)
    })

    it('hold the question back until they are there, and show how far they are', async () => {
      const page = await open()
      const gate = Promise.withResolvers<void>()
      await page.route(carriesFile, async (route) => {
        if (route.request().method() !== 'GET') await gate.promise
        await route.continue()
      })
      await choose(page, [PICTURE])
      await page.getByRole('progressbar', { name: `Sending ${PICTURE.name}` }).waitFor()
      await panel?.ask('What is it?')
      await page.getByText('It is sent as soon as the files are there.').waitFor()
      expect(await page.locator('.chat-message-user').count()).toBe(0)
      await expectNoViolations(page)
      gate.resolve()
      await page.locator('.chat-message-user').getByRole('img', { name: PICTURE.name }).waitFor()
      expect(await page.getByLabel('Your question').inputValue()).toBe('')
    })

    it('are refused in words where they are too large, of the wrong type, or not what they say', async () => {
      const page = await open()
      const large = { name: 'large.txt', mimeType: 'text/plain', buffer: Buffer.alloc(64 * 1024 + 1, 'a') }
      const script = { name: 'run.html', mimeType: 'text/html', buffer: Buffer.from('<p>') }
      const fake = { name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('no picture') }
      await choose(page, [large, script, fake])
      await row(page, large.name).getByText('It is larger than 64 KB.').waitFor()
      await row(page, script.name).getByText('Files of this type cannot be sent.').waitFor()
      await page.locator('.chat-upload-failed', { hasText: fake.name }).waitFor()
      await expectNoViolations(page)
      await panel?.ask('Anyway?')
      await page.getByText('Remove the file that could not be sent, or try it again.').waitFor()
      await page.getByRole('button', { name: `Remove ${large.name}` }).focus()
      for (let left = 3; left > 0; left -= 1) await page.keyboard.press('Enter')
      expect(
        await page
          .getByRole('button', { name: 'Attach files' })
          .evaluate((one) => one === document.activeElement),
      ).toBe(true)
      await page.getByLabel('Your question').press('Enter')
      await page.getByRole('log').getByText('Seen.').waitFor()
      expect(await page.locator('.chat-message-user').count()).toBe(1)
    })

    it('can be tried again when the connection broke, and taken back', async () => {
      const page = await open()
      await page.route(carriesFile, (route) => route.abort())
      await choose(page, [PICTURE])
      await row(page, PICTURE.name).getByText('The connection broke off.').waitFor()
      await page.unroute(carriesFile)
      await row(page, PICTURE.name).getByRole('button', { name: 'Try again' }).click()
      await arrived(page, PICTURE.name).waitFor()
      const removed = page.waitForRequest(
        (request) => request.postData()?.includes('attachments.delete') ?? false,
      )
      await page.getByRole('button', { name: `Remove ${PICTURE.name}` }).click()
      await removed
      expect(await page.locator('.chat-upload').count()).toBe(0)
    })

    it('are not there for another learner', async () => {
      const page = await open()
      await choose(page, [PICTURE])
      await arrived(page, PICTURE.name).waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.locator('#chat-panel').getByRole('button', { name: 'Sign in as Grace' }).click()
      await page.getByLabel('Your question').waitFor()
      expect(await page.locator('.chat-upload').count()).toBe(0)
    })

    it('can be pasted and dropped, and sent without a word', async () => {
      const page = await open()
      const transfer = await page.evaluateHandle((text) => {
        const data = new DataTransfer()
        data.items.add(new File([text], 'dropped.txt', { type: 'text/plain' }))
        return data
      }, 'Two wheels.')
      await page.dispatchEvent('.chat-composer', 'dragover', { dataTransfer: transfer })
      await page.locator('.chat-composer-drop').waitFor()
      await page.dispatchEvent('.chat-composer', 'drop', { dataTransfer: transfer })
      await arrived(page, 'dropped.txt').waitFor()
      await page.getByLabel('Your question').evaluate((field) => {
        const data = new DataTransfer()
        data.items.add(new File(['Legs.'], 'pasted.txt', { type: 'text/plain' }))
        field.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        )
      })
      await arrived(page, 'pasted.txt').waitFor()
      await page.getByRole('button', { name: 'Send' }).click()
      await page.locator('.chat-message-user').getByText('pasted.txt').waitFor()
      await page.locator('.chat-message-user').getByText('dropped.txt').waitFor()
      await page.getByRole('log').getByText('Seen.').waitFor()
    })
  },
)

describe.skipIf(browserPath === undefined)('a site that takes no files', { timeout: 60_000 }, () => {
  it('offers none to be chosen', async () => {
    await using site = await startScriptedSite()
    const browser = await launchBrowser(browserPath ?? '')
    try {
      const visit = await openVisit(browser, site)
      await visit.signIn()
      expect(await visit.page.getByRole('button', { name: 'Attach files' }).count()).toBe(0)
    } finally {
      await browser.close()
    }
  })
})
