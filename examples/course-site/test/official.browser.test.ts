import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../server/config.ts'
import { runSite, type Site } from '../server/run-site.ts'
import { browserPath, launchBrowser } from '../../../test/browser.ts'

const CDN = 'https://cdn.platform.openai.com/**'

/**
 * Stands in for the script that OpenAI serves: an element of the same name that is given options the same way, and makes
 * requests through the `fetch` that it is given. What it was told stands in its attributes.
 */
const DOUBLE = `
customElements.define('openai-chatkit', class extends HTMLElement {
  setOptions(options) {
    this.options = options
    this.setAttribute('domain-key', options.api.domainKey)
    this.setAttribute('thread', options.initialThread ?? '')
    this.setAttribute('accept', Object.keys(options.composer.attachments.accept ?? {}).join(' '))
  }
  async post(body) {
    const response = await this.options.api.fetch(this.options.api.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error('status ' + response.status)
    const text = await response.text()
    const events = text.split('\\n').filter((line) => line.startsWith('data: ')).map((line) => JSON.parse(line.slice(6)))
    for (const { type, thread, item } of events) {
      if (type === 'thread.created') this.tell('thread.change', { threadId: (this.thread = thread.id) })
      if (type === 'thread.item.done' && item.type === 'assistant_message') this.append(item.content.map((part) => part.text).join(''))
      if (type === 'thread.item.done' && item.type === 'client_tool_call') {
        const result = await this.options.onClientTool({ name: item.name, params: item.arguments })
        await this.post({ type: 'threads.add_client_tool_output', params: { thread_id: this.thread, result } })
        return
      }
    }
    this.tell('response.end')
  }
  tell(name, detail) { this.dispatchEvent(new CustomEvent('chatkit.' + name, { detail })) }
  ask(text) {
    const input = { content: [{ type: 'input_text', text }], attachments: [], inference_options: {} }
    return this.post({ type: 'threads.create', params: { input } })
  }
})`

describe.skipIf(browserPath === undefined)('OpenAI’s client', { timeout: 60_000 }, () => {
  let folder: string
  let site: Site
  let browser: Browser
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'official-'))
    const env = { PORT: '0', DATA_DIR: folder, MODEL_DELAY_MS: '0', CHATKIT_DOMAIN_KEY: 'domain_pk_test' }
    const lessonsDir = join(import.meta.dirname, '../lessons')
    site = await runSite({ config: readConfig(env), lessonsDir, log: () => {} })
    browser = await launchBrowser(browserPath ?? '')
  }, 180_000)
  afterAll(async () => {
    await browser.close()
    await site.close()
    await rm(folder, { recursive: true })
  }, 180_000)

  async function open(
    answerCdn: (page: Page) => Promise<unknown>,
  ): Promise<{ page: Page; problems: string[] }> {
    const context = await browser.newContext()
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) problems.push(message.text())
    })
    await answerCdn(page)
    await page.goto(`${site.url}/lessons/03-quaternions`)
    return { page, problems }
  }

  const ask = (page: Page, text: string): Promise<void> =>
    page
      .locator('openai-chatkit')
      .evaluate(
        (element, words) => (element as HTMLElement & { ask: (text: string) => Promise<void> }).ask(words),
        text,
      )

  it('is loaded from their CDN and answered by the course’s own server, which knows the page', async () => {
    const { page, problems } = await open((to) =>
      to.route(CDN, (route) => route.fulfill({ contentType: 'text/javascript', body: DOUBLE })),
    )
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/chatkit')) sent.push(request.postData() ?? '')
    })
    await page.getByRole('button', { name: 'Ask the course' }).click()
    await page.getByRole('button', { name: 'Sign in as Ada' }).click()
    const chat = page.locator('openai-chatkit[domain-key=domain_pk_test]')
    await chat.waitFor()
    expect(await chat.getAttribute('accept')).toContain('image/png')
    await ask(page, 'Sum up this page')
    expect(await chat.textContent()).toContain('quaternion')
    expect(JSON.parse(sent[0] ?? '')).toMatchObject({
      type: 'threads.create',
      metadata: { page: { path: '/lessons/03-quaternions', title: 'Quaternions for rotations' } },
    })
    // The thread is still the open one on the next page.
    await page.goto(`${site.url}/lessons/05-slam`)
    await page.locator('openai-chatkit[thread^=thr_]').waitFor({ state: 'attached' })
    expect(problems).toEqual([])
    await page.context().close()
  })

  it('opens the lesson that the tutor asks for, once the answer has ended', async () => {
    const { page, problems } = await open((to) =>
      to.route(CDN, (route) => route.fulfill({ contentType: 'text/javascript', body: DOUBLE })),
    )
    await page.getByRole('button', { name: 'Ada' }).click()
    await page.locator('openai-chatkit').waitFor({ state: 'attached' })
    await Promise.all([
      page.waitForURL('**/lessons/05-slam'),
      ask(page, 'open the lesson on SLAM').catch(() => {}),
    ])
    expect(problems).toEqual([])
    await page.context().close()
  })

  it('makes way for the built-in panel where their CDN cannot be reached', async () => {
    const { page } = await open((to) => to.route(CDN, (route) => route.abort()))
    await page.locator('script[src="/panel.js"]').waitFor({ state: 'attached' })
    // Its script has run when the button knows what it opens.
    await page.locator('[data-ask][aria-controls]').waitFor()
    await page.getByRole('button', { name: 'Ask the course' }).click()
    await page.getByRole('button', { name: 'Sign in as Ada' }).click()
    await page.getByLabel('Your question').fill('Hello')
    await page.keyboard.press('Enter')
    await page.locator('.chat-message-assistant[aria-busy=false]').waitFor()
    await page.context().close()
  })
})
