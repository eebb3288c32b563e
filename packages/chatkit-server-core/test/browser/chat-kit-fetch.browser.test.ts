import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { browserPath, launchBrowser } from '../../../../test/browser.ts'
import type { Chat } from './chat-page.ts'
import { startChatSite, type ChatSite } from './chat-site.ts'

if (browserPath === undefined) console.log('chatKitFetch in a browser: skipped, no Chromium on this machine')

describe.skipIf(browserPath === undefined)('in a browser', () => {
  let browser: Browser
  let site: ChatSite
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser(browserPath ?? '')
  })

  afterAll(async () => {
    await browser?.close()
  })

  beforeEach(async () => {
    site = await startChatSite()
    context = await browser.newContext({ baseURL: site.url })
    page = await context.newPage()
    await page.goto('/')
  })

  afterEach(async () => {
    await context.close()
    await site[Symbol.asyncDispose]()
  })

  const call = (method: keyof Chat, argument = '') =>
    page.evaluate(
      ([name, value]) => {
        const { chat } = globalThis as unknown as { chat: Record<string, (value: string) => unknown> }
        // Not waited for: some of them end with the answer.
        void chat[name]?.(value)
      },
      [method, argument] as const,
    )
  const seen = () => page.evaluate(() => (globalThis as unknown as { chat: Chat }).chat.seen())
  const texts = async () => (await seen()).texts
  const phase = async () => (await seen()).phase
  const reasons = () => site.left
  const readers = () => site.server.counters().readers
  const activeRuns = () => site.server.counters().activeRuns
  const types = () => site.requests.map(({ type }) => type)
  const storedTexts = async () =>
    (await site.stored('A')).map((item) => ('content' in item ? item.content : undefined))

  /** Headless tabs are always visible; a client learns of the change by this event and these fields. */
  const setHidden = (hidden: boolean) =>
    page.evaluate(`
      Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} })
      Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${hidden ? 'hidden' : 'visible'}' })
      document.dispatchEvent(new Event('visibilitychange'))
    `)

  async function begin(text: string, how: 'send' | 'sendByClient' = 'send'): Promise<void> {
    await call(how, text)
    await expect.poll(texts).toEqual([text, `half of ${text}`])
  }

  const whole = (text: string) => [
    [expect.objectContaining({ text })],
    [expect.objectContaining({ text: `half of ${text}, and the rest` })],
  ]

  describe('chatKitFetch', () => {
    it('lets an answer go on while the tab is hidden, and resumes it when it is shown', async () => {
      await begin('A')
      await setHidden(true)
      await expect.poll(readers).toBe(0)
      expect(activeRuns()).toBe(1)
      site.finish('A')
      await expect.poll(activeRuns).toBe(0)
      await setHidden(false)
      await expect.poll(phase).toBe('ended')
      const { ids, texts: shown } = await seen()
      expect(shown).toEqual(['A', 'half of A, and the rest'])
      expect(new Set(ids).size).toBe(ids.length)
      await expect.poll(reasons).toEqual(['hidden'])
      const [first, again] = site.requests
      expect(types()).toEqual(['threads.create', 'threads.create'])
      expect(again).toEqual({
        type: 'threads.create',
        key: first?.key,
        lastEventId: expect.stringMatching(/^run_/),
      })
      expect(await storedTexts()).toEqual(whole('A'))
    })

    it('sends one message where the tab is hidden before the answer has begun', async () => {
      const release = site.hold()
      await call('send', 'A')
      await expect.poll(types).toHaveLength(1)
      await setHidden(true)
      await setHidden(false)
      await expect.poll(types).toHaveLength(2)
      release()
      site.finish('A')
      await expect.poll(phase).toBe('ended')
      const [first, again] = site.requests
      expect(again).toEqual({ ...first, lastEventId: null })
      await expect.poll(activeRuns).toBe(0)
      expect(await storedTexts()).toEqual(whole('A'))
      expect(types()).toEqual(['threads.create', 'threads.create'])
    })

    it('stops the answer when its client drops it', async () => {
      await begin('A')
      await call('drop')
      await expect.poll(activeRuns).toBe(0)
      expect(site.stopped).toEqual(['A'])
      await expect.poll(reasons).toEqual(['stop'])
      expect(types()).toEqual(['threads.create', 'threads.stop'])
      expect(await storedTexts()).toEqual([
        [expect.objectContaining({ text: 'A' })],
        [expect.objectContaining({ text: 'half of A' })],
      ])
    })

    it('stops an answer that has not begun', async () => {
      const release = site.hold()
      await call('send', 'A')
      await expect.poll(types).toHaveLength(1)
      await call('drop')
      await expect.poll(types).toContain('threads.stop')
      release()
      await expect.poll(() => site.stopped).toEqual(['A'])
      await expect.poll(activeRuns).toBe(0)
    })

    it.each(['drop, then open', 'open, then drop'])(
      'lets an answer go on when another thread is opened (%s)',
      async (order) => {
        site.finish('B')
        const other = await site.server.newThread('B')
        await begin('A')
        await page.evaluate(
          ([id, first]) => {
            const { chat } = globalThis as unknown as { chat: Chat }
            if (first === 'drop, then open') chat.drop()
            chat.open(id)
            if (first === 'open, then drop') chat.drop()
          },
          [other, order] as const,
        )
        await expect.poll(reasons).toEqual(['switch'])
        expect(activeRuns()).toBe(1)
        site.finish('A')
        await expect.poll(activeRuns).toBe(0)
        expect(types()).toEqual(['threads.create', 'threads.get_by_id'])
        expect(await storedTexts()).toEqual(whole('A'))
      },
    )

    it('lets an answer go on when the page is closed', async () => {
      await begin('A')
      await page.close()
      await expect.poll(readers).toBe(0)
      expect(activeRuns()).toBe(1)
      site.finish('A')
      await expect.poll(activeRuns).toBe(0)
      expect(types()).toEqual(['threads.create'])
      expect(await storedTexts()).toEqual(whole('A'))
    })

    it('lets an answer go on when its client drops it because the page is left', async () => {
      await begin('A')
      await call('dropWhenLeft')
      const arrive = site.holdPages()
      await page.evaluate("void setTimeout(() => location.assign('/another'))")
      await expect.poll(reasons).toEqual(['hidden'])
      arrive()
      await page.waitForURL('**/another')
      await expect.poll(readers).toBe(0)
      expect(activeRuns()).toBe(1)
      site.finish('A')
      await expect.poll(activeRuns).toBe(0)
      expect(types()).toEqual(['threads.create'])
      expect(await storedTexts()).toEqual(whole('A'))
    })

    it('lets an answer go on without a network, and its client resumes it', async () => {
      await begin('A')
      await context.setOffline(true)
      site.cut()
      await expect.poll(readers).toBe(0)
      site.finish('A')
      await expect.poll(activeRuns).toBe(0)
      await context.setOffline(false)
      await expect.poll(phase).toBe('ended')
      expect(await texts()).toEqual(['A', 'half of A, and the rest'])
      expect(site.requests[1]?.lastEventId).toMatch(/^run_/)
      expect(types()).toEqual(['threads.create', 'threads.create'])
      expect(await storedTexts()).toEqual(whole('A'))
    })
  })

  describe('the client', () => {
    it('waits for the network, then resumes', async () => {
      await begin('A', 'sendByClient')
      await context.setOffline(true)
      site.cut()
      await expect.poll(readers).toBe(0)
      site.finish('A')
      await expect.poll(activeRuns).toBe(0)
      await context.setOffline(false)
      await expect.poll(phase).toBe('ended')
      expect(await texts()).toEqual(['A', 'half of A, and the rest'])
      expect(types()).toEqual(['threads.create', 'threads.resume'])
    })
  })
})
