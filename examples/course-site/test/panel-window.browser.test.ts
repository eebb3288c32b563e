import { expect, it } from 'vitest'
import { describeInBrowser, DOUBLE_COVER, LESSON } from './panel-visit.ts'

const CITED_TEXT = /^Negating all four numbers.*called the double cover$/

describeInBrowser('the window of the chat panel', (visit) => {
  const highlighted = () =>
    visit.page.evaluate(() =>
      [...(CSS.highlights.get('cited-passage') ?? [])].map((range) =>
        range instanceof Range ? range.toString() : '',
      ),
    )

  const isOnScreen = (text: string) =>
    visit.page.getByText(text).evaluate((node) => {
      const { top, bottom } = node.getBoundingClientRect()
      return top >= 0 && bottom <= innerHeight
    })

  it('works by keyboard alone', async () => {
    await visit.page.goto(LESSON)
    const focused = () => visit.page.evaluate(() => document.activeElement?.textContent.trim() ?? '')
    await visit.page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the content')
    await visit.page.getByRole('button', { name: 'Ask the course' }).focus()
    await visit.page.keyboard.press('Enter')
    expect(await focused()).toBe('Sign in as Ada')
    await visit.page.keyboard.press('Enter')
    const field = visit.page.getByLabel('Your question')
    await expect.poll(() => field.evaluate((node) => node === document.activeElement)).toBe(true)
    await visit.page.keyboard.type('First line')
    await visit.page.keyboard.press('Shift+Enter')
    await visit.page.keyboard.type('second line')
    expect(await field.inputValue()).toBe('First line\nsecond line')
    await field.dispatchEvent('keydown', { key: 'Enter', isComposing: true })
    expect(await visit.answers().count()).toBe(0)
    await visit.page.keyboard.press('Enter')
    await visit.finished().waitFor()
    expect(await visit.page.locator('.chat-message-user p').innerText()).toBe('First line\nsecond line')
    expect(await field.inputValue()).toBe('')
    await visit.page.keyboard.press('Escape')
    expect(await visit.page.locator('#chat-panel').isVisible()).toBe(false)
    expect(await focused()).toBe('Ask the course')
  })

  it('covers a phone that is held sideways', async () => {
    await visit.open({ viewport: { width: 740, height: 360 }, hasTouch: true })
    await visit.signIn()
    const dialog = visit.page.getByRole('dialog', { name: 'Ask the course' })
    expect(await dialog.boundingBox()).toEqual({ x: 0, y: 0, width: 740, height: 360 })
    await visit.converse('Are q and −q the same?')
    await visit.page.keyboard.press('Escape')
    expect(await visit.focused()).toBe('Ask the course')
  })

  it('covers a phone as a dialog and gives way to the passage', async () => {
    await visit.open({ viewport: { width: 320, height: 568 }, hasTouch: true })
    await visit.signIn()
    const dialog = visit.page.getByRole('dialog', { name: 'Ask the course' })
    expect(await dialog.boundingBox()).toEqual({ x: 0, y: 0, width: 320, height: 568 })
    expect(await visit.page.locator('.site').evaluate((node) => (node as HTMLElement).inert)).toBe(true)
    await visit.ask('Are q and −q the same?')
    await visit.finished().waitFor()
    await visit.page.getByRole('link', { name: `Source 1: ${DOUBLE_COVER.title}` }).click()
    expect(await dialog.isVisible()).toBe(false)
    await expect.poll(highlighted).toEqual([expect.stringMatching(CITED_TEXT)])
    expect(await isOnScreen('Negating all four numbers')).toBe(true)
    expect(await visit.page.locator('.site').evaluate((node) => (node as HTMLElement).inert)).toBe(false)
    const overflowPx: number[] = []
    for (const path of ['/', '/lessons/02-coordinate-frames', '/lessons/08-motion-planning']) {
      await visit.page.goto(path)
      overflowPx.push(await visit.page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
    }
    expect(overflowPx).toEqual([0, 0, 0])
  })

  it.each(['ltr', 'rtl'])('stands beside the page and not over it (%s)', async (direction) => {
    await visit.signIn()
    await visit.page.evaluate((dir) => (document.documentElement.dir = dir), direction)
    const panel = await visit.page.getByRole('complementary', { name: 'Ask the course' }).boundingBox()
    const article = await visit.page.locator('article.lesson').boundingBox()
    expect(panel).toMatchObject({ y: 0, height: 800 })
    expect((article?.x ?? 0) + (article?.width ?? 0)).toBeLessThanOrEqual(panel?.x ?? 0)
  })

  it('is not needed to read a lesson', async () => {
    await visit.open({ javaScriptEnabled: false })
    await visit.page.goto(LESSON)
    expect(await visit.page.getByRole('heading', { level: 1 }).textContent()).toBe(
      'Quaternions for rotations',
    )
    expect(await visit.page.getByRole('button').count()).toBe(0)
    await visit.page.getByRole('link', { name: /Next lesson/ }).click()
    expect(new URL(visit.page.url()).pathname).toBe('/lessons/04-sensors')
  })
})
