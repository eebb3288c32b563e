import { expect, it } from 'vitest'
import { describeInBrowser, LESSON } from './panel-visit.ts'

const PASSAGE = 'Negating all four numbers'

describeInBrowser('marking text in a page', (visit) => {
  const askAboutThis = () => visit.page.getByRole('button', { name: 'Ask about this' })
  const quote = () => visit.page.getByRole('group', { name: 'Quoted from the page' })

  /** Marks the words of the paragraph that begins so; returns them. */
  const mark = (beginning: string) =>
    visit.page.evaluate((words) => {
      const paragraph = [...document.querySelectorAll('main p')].find((node) =>
        node.textContent.startsWith(words),
      )
      if (!paragraph) throw new Error(`No paragraph begins with "${words}".`)
      paragraph.scrollIntoView({ block: 'center' })
      getSelection()?.selectAllChildren(paragraph)
      return paragraph.textContent.replaceAll(/\s+/g, ' ').trim()
    }, beginning)

  const sentMessage = async () => {
    const request = await visit.page.waitForRequest('**/chatkit')
    return request.postDataJSON() as { params: { input: object }; metadata: object }
  }

  it('leads to a question about it, with the words as its quote', async () => {
    await visit.signIn()
    await visit.page.getByRole('button', { name: 'Close' }).click()
    const words = await mark(PASSAGE)
    await askAboutThis().click()
    await expect.poll(() => quote().locator('blockquote').textContent()).toBe(words)
    expect(await visit.field().evaluate((field) => field === document.activeElement)).toBe(true)
    expect(await askAboutThis().isVisible()).toBe(false)
    const sent = sentMessage()
    await visit.ask('Why?')
    expect(await sent).toMatchObject({
      params: { input: { content: [{ type: 'input_text', text: 'Why?' }], quoted_text: words } },
      metadata: { page: { path: LESSON, title: 'Quaternions for rotations' }, selection: words },
    })
    await visit.finished().waitFor()
    expect(await quote().isVisible()).toBe(false)
    await visit.field().press('ArrowLeft')
    await visit.field().fill('And then?')
    expect(await visit.page.getByRole('button', { name: 'Ask about the selection' }).isVisible()).toBe(false)
    expect(await visit.page.locator('.chat-message-user blockquote').textContent()).toBe(words)
    await visit.page.reload()
    await visit.finished().waitFor()
    expect(await visit.page.locator('.chat-message-user blockquote').textContent()).toBe(words)
  })

  it('works by keyboard alone, and the quote can be taken back', async () => {
    await visit.signIn()
    await visit.page.keyboard.press('Escape')
    await mark(PASSAGE)
    await visit.page.keyboard.press('Alt+Q')
    await quote().waitFor()
    await visit.page.getByRole('button', { name: 'Remove the quote' }).press('Enter')
    expect(await quote().isVisible()).toBe(false)
    expect(await visit.field().evaluate((field) => field === document.activeElement)).toBe(true)
    const offer = visit.page.getByRole('button', { name: 'Ask about the selection' })
    await offer.press('Enter')
    await quote().waitFor()
    expect(await offer.isVisible()).toBe(false)
    await visit.page.getByRole('button', { name: 'Remove the quote' }).click()
    const sent = sentMessage()
    await visit.ask('Why?')
    expect((await sent).params.input).not.toHaveProperty('quoted_text')
    await visit.finished().waitFor()
  })

  it.each(['ltr', 'rtl'])('puts its button near the words and never over them (%s)', async (direction) => {
    await visit.page.goto(LESSON)
    await visit.page.evaluate((dir) => (document.documentElement.dir = dir), direction)
    for (const block of ['start', 'center', 'end'] as const) {
      await visit.page.evaluate(() => getSelection()?.removeAllRanges())
      await askAboutThis().waitFor({ state: 'hidden' })
      await mark(PASSAGE)
      // The browser tells of a selection in a task of its own, so it is drawn anew where the words are now.
      await visit.page.evaluate((to) => {
        getSelection()?.getRangeAt(0).startContainer.parentElement?.scrollIntoView({ block: to })
        dispatchEvent(new Event('resize'))
      }, block)
      await askAboutThis().waitFor()
      const { button, lines } = await visit.page.evaluate(() => ({
        button: document.querySelector('.chat-ask-selection')?.getBoundingClientRect().toJSON() as DOMRect,
        lines: [...(getSelection()?.getRangeAt(0).getClientRects() ?? [])].map(
          (rect) => rect.toJSON() as DOMRect,
        ),
      }))
      const top = Math.min(...lines.map((line) => line.top))
      const bottom = Math.max(...lines.map((line) => line.bottom))
      expect({ block, covers: button.top < bottom && button.bottom > top }).toEqual({ block, covers: false })
      expect(Math.min(Math.abs(button.top - bottom), Math.abs(button.bottom - top))).toBeLessThan(16)
      expect(button.left).toBeGreaterThanOrEqual(0)
      expect(button.right).toBeLessThanOrEqual(1280)
    }
  })

  it('goes away with the selection, and ignores what is marked elsewhere', async () => {
    await visit.page.goto(LESSON)
    await mark(PASSAGE)
    await askAboutThis().waitFor()
    await visit.page.locator('h1').click()
    await askAboutThis().waitFor({ state: 'hidden' })
    await mark(PASSAGE)
    await askAboutThis().waitFor()
    await visit.page.evaluate(() =>
      getSelection()?.selectAllChildren(document.querySelector('footer') as Node),
    )
    await askAboutThis().waitFor({ state: 'hidden' })
  })

  it('cuts what is very long, with a sign', async () => {
    await visit.signIn()
    await visit.page.evaluate(() => getSelection()?.selectAllChildren(document.querySelector('main') as Node))
    await visit.page.getByRole('button', { name: 'Ask about the selection' }).click()
    const text = (await quote().locator('blockquote').textContent()) ?? ''
    expect(text).toMatch(/\S \[…\]$/)
    expect(text.length).toBeLessThan(2_010)
  })

  it('keeps the quote of a question for which one has to sign in', async () => {
    await visit.page.goto(LESSON)
    const words = await mark(PASSAGE)
    await askAboutThis().click()
    await visit.page.getByRole('button', { name: 'Sign in as Ada' }).click()
    await visit.field().waitFor()
    expect(await quote().locator('blockquote').textContent()).toBe(words)
    await visit.context.clearCookies()
    await visit.ask('Why?')
    await visit.page.getByRole('button', { name: 'Sign in as Ada' }).click()
    await visit.field().waitFor()
    expect(await visit.field().inputValue()).toBe('Why?')
    expect(await quote().locator('blockquote').textContent()).toBe(words)
  })

  it('asks from a phone, where the panel covers the page', async () => {
    await visit.open({ viewport: { width: 320, height: 568 }, hasTouch: true })
    await visit.page.goto(LESSON)
    const words = await mark(PASSAGE)
    await askAboutThis().tap()
    await visit.page.getByRole('button', { name: 'Sign in as Ada' }).tap()
    await visit.field().waitFor()
    expect(await quote().locator('blockquote').textContent()).toBe(words)
    expect(await askAboutThis().isVisible()).toBe(false)
  })
})
