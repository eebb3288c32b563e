import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { readConfig } from '../../examples/course-site/server/config.ts'
import { runSite } from '../../examples/course-site/server/run-site.ts'
import { browserPath, launchBrowser } from '../../test/browser.ts'
import { median } from '../figures/median.ts'
import { quantile } from '../figures/quantile.ts'

const LESSONS = join(import.meta.dirname, '../../examples/course-site/lessons')
const WARM = 3
const QUESTIONS = [
  'Do q and −q stand for the same rotation?',
  'How does SLAM close a loop?',
  'What does the integral part of a PID controller do?',
  'When is a service better than a topic?',
  'Why does wheel odometry drift?',
  'What does a Kalman filter predict?',
  'Which sensors measure distance?',
  'What is a coordinate frame?',
]

/** How heavy the panel is, and how soon a learner sees the first words of an answer of the stand-in. */
export async function site(): Promise<Record<string, number>> {
  if (browserPath === undefined)
    throw new Error('There is no Chromium on this machine: apt install chromium.')
  const count = Number(process.env.SITE_QUESTIONS || 24)
  const folder = await mkdtemp(join(tmpdir(), 'bench-site-'))
  const config = readConfig({
    PORT: '0',
    DATA_DIR: folder,
    DATABASE_URL: process.env.DATABASE_URL,
    RATE_LIMIT_PER_MINUTE: '0',
  })
  console.log(
    `The course site, ${config.databaseUrl ? 'PostgreSQL' : 'the embedded database'}, the stand-in with ${config.modelDelayMs} ms between words; ${WARM} questions unmeasured, then ${count}, each in a new conversation, one after the other.`,
  )
  const running = await runSite({ config, lessonsDir: LESSONS, log: () => {} })
  const browser = await launchBrowser(browserPath)
  try {
    const panel = Buffer.from(await (await fetch(`${running.url}/panel.js`)).arrayBuffer())
    const packed = gzipSync(panel, { level: 9 }).byteLength
    console.log(`panel.js: ${panel.byteLength} bytes, ${packed} gzipped (bar: 60 KB, of 1,024 bytes)`)

    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(`${running.url}/lessons/03-quaternions`)
    await page.getByRole('button', { name: 'Ask the course' }).click()
    await page.getByRole('button', { name: 'Sign in as Ada' }).click()
    await page.getByLabel('Your question').waitFor()
    const timesMs: number[] = []
    for (let place = -WARM; place < count; place += 1) {
      const question = QUESTIONS[(place + WARM) % QUESTIONS.length] ?? ''
      const timeMs = await firstWordsMs(page, question)
      if (place >= 0) timesMs.push(timeMs)
      await page.locator('.chat-message-assistant[aria-busy=false]').waitFor()
      await page.getByRole('button', { name: 'New conversation' }).click()
      await page.locator('.chat-message-assistant').waitFor({ state: 'detached' })
    }
    const at = (share: number): string => `${quantile(timesMs, share).toFixed(0)} ms`
    console.log(`first words: median ${at(0.5)}, 90 % ${at(0.9)}, slowest ${at(1)} (bar: 300 ms)`)
    return {
      panel_kb: round(packed / 1024),
      first_words_p50_ms: round(median(timesMs)),
      first_words_p90_ms: round(quantile(timesMs, 0.9)),
      questions: timesMs.length,
    }
  } finally {
    await browser.close()
    await running.close()
    await rm(folder, { recursive: true })
  }
}

// A text, as it runs in the page: nothing else here knows of a document.
const WATCH = `new Promise((resolve) => {
  let sentMs = NaN
  addEventListener('keydown', ({ timeStamp }) => { sentMs = timeStamp }, { capture: true, once: true })
  const observer = new MutationObserver(() => {
    if (!document.querySelector('.chat-message-assistant .chat-answer')?.textContent.trim()) return
    observer.disconnect()
    requestAnimationFrame(() => resolve(performance.now() - sentMs))
  })
  observer.observe(document.body, { childList: true, subtree: true, characterData: true })
})`

/** From the press of the key, by the page's own clock, to the first frame behind the first words of the answer. */
async function firstWordsMs(page: Page, question: string): Promise<number> {
  await page.getByLabel('Your question').fill(question)
  const measured = page.evaluate<number>(WATCH)
  // Evaluated in order: the page listens before the key is pressed.
  await page.evaluate('document.readyState')
  await page.keyboard.press('Enter')
  return measured
}

const round = (value: number): number => Math.round(value * 10) / 10
