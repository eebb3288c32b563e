import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { readConfig } from '../server/config.ts'
import { runSite, type Site } from '../server/run-site.ts'
import { browserPath, launchBrowser } from '../../../test/browser.ts'
import { SiteJourney } from './site-journey.ts'
import { startTwoSites } from './two-sites.ts'

const LESSONS = join(import.meta.dirname, '../lessons')
const LESSON = '/lessons/03-quaternions'
const PICTURE = {
  name: 'arm.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  ),
}

if (browserPath === undefined) console.log('the whole site: skipped, no Chromium on this machine')

type Running = Pick<Site, 'url' | 'close'>

/** As a stranger starts it: the real search, the stand-in for the model, the embedded database. */
async function startEmbedded(): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'site-'))
  const config = readConfig({ PORT: '0', DATA_DIR: folder })
  const site = await runSite({ config, lessonsDir: LESSONS, log: () => {} })
  return {
    url: site.url,
    close: async () => {
      await site.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const running = process.env.SITE_URL
const kinds: [string, () => Promise<Running>][] = running
  ? [[`at ${running}`, async () => ({ url: running, close: async () => {} })]]
  : [
      ['with the embedded database', startEmbedded],
      ['as two processes behind a proxy', () => startTwoSites(inject('databaseUrl'))],
    ]

describe.skipIf(browserPath === undefined).each(kinds)(
  'the whole site, %s',
  { timeout: 60_000 },
  (_kind, start) => {
    let site: Running
    let browser: Browser

    beforeAll(async () => {
      site = await start()
      browser = await launchBrowser(browserPath ?? '')
    }, 180_000)

    afterAll(async () => {
      await browser?.close()
      await site?.close()
    }, 60_000)

    async function journey(go: (journey: SiteJourney) => Promise<void>, options: BrowserContextOptions = {}) {
      const learner = await SiteJourney.begin(browser, site.url, options)
      try {
        await go(learner)
      } catch (error) {
        await learner.keep('where it failed')
        throw error
      }
      await learner.end()
    }

    it('answers with citations, through a reload and a stop, and keeps the conversation until it is deleted', () =>
      journey(async (ada) => {
        const { page } = ada
        const title = `Quaternions ${Date.now()}`
        await page.goto(LESSON)
        await ada.look('lesson')
        await ada.signIn(LESSON)
        await ada.look('empty')
        await ada.converse('Do q and −q stand for the same rotation?')
        await page.getByRole('link', { name: /^Source 1: .*The double cover/ }).click()
        const passage = page.getByText('Negating all four numbers leaves').first()
        await expect
          .poll(() =>
            passage.evaluate((node) => {
              const { top, bottom } = node.getBoundingClientRect()
              return node.closest('main') !== null && top >= 0 && bottom <= innerHeight
            }),
          )
          .toBe(true)
        await ada.look('cited answer')

        const begun = await ada.interrupt('How are two rotations composed?', 'reload')
        const second = await (await ada.whole(1)).textContent()
        expect(second?.length).toBeGreaterThan(begun.length)
        await page.reload()
        await expect.poll(() => ada.answers().nth(1).textContent()).toBe(second)

        await ada.interrupt('Why does a quaternion have four numbers?', 'stop')
        await ada.button('Stop').waitFor({ state: 'hidden' })
        const stopped = (await ada.answers().nth(2).locator('.chat-answer').textContent())?.trim() ?? ''
        await ada.look('stopped')
        await ada.button('Try again').click()
        await expect
          .poll(async () => (await ada.finished().nth(2).locator('.chat-answer').textContent())?.length)
          .toBeGreaterThan(stopped.length)
        await ada.button('Good answer').last().click()
        await expect.poll(() => ada.button('Good answer').last().getAttribute('aria-pressed')).toBe('true')

        await ada.button('Your conversations').click()
        const current = page.locator('.chat-row:has([aria-current=true]), .chat-row[aria-current=true]')
        await current.getByRole('button', { name: /^Rename “/ }).click()
        await page.getByLabel('Title of the conversation').fill(title)
        await page.keyboard.press('Enter')
        await ada.button(`Rename “${title}”`).waitFor()
        await ada.look('conversations')
        await ada.button(`Delete “${title}”`).click()
        await ada.button('Delete').click()
        await ada.button(`Rename “${title}”`).waitFor({ state: 'detached' })
      }))

    it('asks about marked text, opens a lesson, and marks one as done when the learner agrees', () =>
      journey(async (ada) => {
        const { page } = ada
        await ada.signIn(LESSON)
        await ada.button('Close').click()
        const words = await ada.mark('Negating all four numbers')
        await ada.button('Ask about this').click()
        await page.getByRole('group', { name: 'Quoted from the page' }).waitFor()
        await ada.look('quote')
        await ada.converse('Why is that so?')
        await expect.poll(() => page.locator('.chat-message-user blockquote').textContent()).toBe(words)

        await ada.ask('Open the lesson on SLAM')
        await page.waitForURL('**/lessons/05-slam')
        await page.getByText('The lesson is open.').last().waitFor()
        await ada.look('lesson opened')
        await ada.ask('Mark this lesson as done')
        await ada.button('Mark as done').waitFor()
        await ada.look('approval')
        await ada.button('Mark as done').click()
        await page.locator('.chat-log').getByText('It is marked on the first page').waitFor()
        await page.goto('/')
        await page.getByText(/^You have done \d+ of 14 lessons/).waitFor()
        await ada.look('first page')
      }))

    it('judges a quiz, asks with a form, and takes a picture', () =>
      journey(async (ada) => {
        const { page } = ada
        await ada.signIn(LESSON)
        await ada.ask('Quiz me on quaternions')
        const choices = page.locator('.chat-message-widget button')
        await choices.nth(2).waitFor()
        await ada.look('quiz')
        await choices.first().click()
        await page
          .getByText(/^(Right\.|Not quite\.)/)
          .first()
          .waitFor()
        await ada.look('quiz judged')
        await ada.button('Another question').waitFor()

        await ada.ask('Which robot suits me?')
        await page.getByLabel('Wheels on the floor').check()
        await ada.look('form')
        await ada.button('Send answers').click()
        await page.locator('.chat-log').getByText('With that in mind').waitFor()

        await page.locator('.chat-composer input[type=file]').setInputFiles(PICTURE)
        await page.getByRole('listitem').filter({ hasText: PICTURE.name }).waitFor()
        await ada.ask('What is this?')
        await page.locator('.chat-log').getByText('cannot look at pictures').waitFor()
        const picture = page.locator('.chat-message-user').getByRole('img', { name: PICTURE.name })
        await expect.poll(() => picture.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(1)
        await ada.look('picture')
      }))

    it('shows another learner nothing of the first', () =>
      journey(async (grace) => {
        const { page } = grace
        const secret = `Why do PID controllers overshoot? ${Date.now()}`
        await grace.signIn(LESSON)
        await grace.converse(secret)
        await page.getByRole('button', { name: 'Sign out' }).click()
        await grace.button('Sign in as Grace').click()
        await grace.field().waitFor()
        await expect.poll(() => page.getByText(secret).count()).toBe(0)
        await grace.button('Your conversations').click()
        await page.getByText('There are no conversations yet').waitFor()
        await grace.look('another learner')
      }))

    it('answers in Urdu, on a narrow dark screen', () =>
      journey(
        async (ada) => {
          const { page } = ada
          await page.goto('/lessons/14-robot-safety')
          await ada.look('lesson in Urdu')
          await ada.signIn('/lessons/14-robot-safety')
          const answer = await ada.converse('ہنگامی بٹن کیسے کام کرتا ہے؟')
          await answer.getByRole('link', { name: /^Source 1: / }).waitFor()
          expect(
            await answer
              .locator('p')
              .first()
              .evaluate((node) => getComputedStyle(node).direction),
          ).toBe('rtl')
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
          await ada.look('answer in Urdu')
        },
        { viewport: { width: 320, height: 568 }, colorScheme: 'dark' },
      ))
  },
)
