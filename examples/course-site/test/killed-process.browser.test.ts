import type { Browser } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { browserPath, launchBrowser } from '../../../test/browser.ts'
import { SiteJourney } from './site-journey.ts'
import type { SiteProcess } from './site-process.ts'
import { startTwoSites, type TwoSites } from './two-sites.ts'

const LESSON = '/lessons/03-quaternions'
/** Long enough that an answer is still being written when a process has been found and killed. */
const MODEL_DELAY_MS = '150'

if (browserPath === undefined) console.log('a killed process: skipped, no Chromium on this machine')

describe.skipIf(browserPath === undefined)('a process that is killed', { timeout: 180_000 }, () => {
  let sites: TwoSites
  let browser: Browser
  let ada: SiteJourney
  let pathsThatFailed: string[]

  beforeEach(async () => {
    sites = await startTwoSites(inject('databaseUrl'), { MODEL_DELAY_MS })
    browser = await launchBrowser(browserPath ?? '')
    ada = await SiteJourney.begin(browser, sites.url)
    pathsThatFailed = []
    ada.page.on('response', (answer) => {
      if (answer.status() >= 400) pathsThatFailed.push(new URL(answer.url()).pathname)
    })
  }, 180_000)

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await ada?.keep(`failed ${task.name}`)
    await browser?.close()
    await sites?.close()
  }, 60_000)

  const words = async (): Promise<string> =>
    (await ada.answers().last().locator('.chat-answer').textContent())?.trim() ?? ''

  async function growsBeyond(text: string): Promise<void> {
    await expect.poll(async () => (await words()).length, { timeout: 60_000 }).toBeGreaterThan(text.length)
  }

  /** Asks, and gives the process that writes the answer and the other one, once the first words are there. */
  async function ask(question: string): Promise<{ writer: SiteProcess; other: SiteProcess }> {
    await ada.ask(question)
    await ada.page.locator('.chat-answer').first().waitFor()
    await growsBeyond('')
    const [one, two] = sites.processes
    return (await one.metric('course_answers_active')) === 1
      ? { writer: one, other: two }
      : { writer: two, other: one }
  }

  it('leaves what it had said, is told of when its lease is over, and the other one answers anew', async () => {
    const { page } = ada
    await ada.signIn(LESSON)
    const { writer, other } = await ask('How are two rotations composed?')
    expect(await writer.metric('course_answers_active')).toBe(1)
    const seen = await words()
    await writer.kill()
    await page.getByText('Reconnecting…').or(page.getByRole('alert')).first().waitFor()
    await page.locator('.chat-failure:not([hidden])').waitFor({ timeout: 90_000 })
    await ada.look('process killed')
    const kept = await words()
    expect(kept.startsWith(seen)).toBe(true)
    await page.locator('.chat-failure').getByText('Something went wrong while answering.').waitFor()
    await page.reload()
    await ada.answers().first().waitFor()
    await expect.poll(words).toBe(kept)
    await ada.look('process killed reloaded')
    await ada.button('Try again').first().click()
    await growsBeyond(kept)
    await ada.whole(0)
    expect(await ada.answers().count()).toBe(1)
    expect(await other.metric('course_answers_ended_total{status="completed"}')).toBe(1)
    expect(pathsThatFailed).toEqual([])
  })

  it('takes nothing from an answer that the other one writes', async () => {
    const { page } = ada
    await ada.signIn(LESSON)
    const { writer, other } = await ask('How are two rotations composed?')
    sites.proxy.sendTo([other.url])
    await page.reload()
    await ada.answers().first().waitFor()
    await expect.poll(() => other.metric('course_streams_open')).toBe(1)
    const before = await words()
    await growsBeyond(before)
    sites.proxy.sendTo([other.url, writer.url])
    await other.kill()
    const seen = await words()
    await growsBeyond(seen)
    const whole = (await (await ada.whole(0)).locator('.chat-answer').textContent())?.trim() ?? ''
    expect(whole.startsWith(seen)).toBe(true)
    await page.reload()
    await ada.whole(0)
    expect(await words()).toBe(whole)
    expect(await page.locator('.chat-failure:not([hidden])').count()).toBe(0)
    expect(await writer.metric('course_answers_ended_total{status="completed"}')).toBe(1)
    expect(pathsThatFailed).toEqual([])
  })
})
