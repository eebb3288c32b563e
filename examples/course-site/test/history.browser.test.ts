import { expect, it } from 'vitest'
import { describeInBrowser } from './panel-visit.ts'
import { scriptedAnswer } from './scripted-site.ts'

const LONG = 'A title that goes on and on. '.repeat(12).trim()
const URDU = 'کواٹرنین کیا ہے؟'

describeInBrowser('the list of conversations', (visit) => {
  const opener = () => visit.page.getByRole('button', { name: 'Your conversations' })
  const back = () => visit.page.getByRole('button', { name: 'Back to the conversation' })
  const titles = () => visit.page.locator('.chat-row-title').allTextContents()
  const header = () => visit.page.locator('.chat-thread-title')

  /** Asks each question in a conversation of its own, named after it, then opens the list. */
  async function converse(...questions: string[]): Promise<void> {
    for (const [place, question] of questions.entries()) {
      visit.site.answerWith((turn) => {
        turn.thread.title = question
        return scriptedAnswer(turn, [{ text: `About: ${question}` }])
      })
      if (place > 0) await visit.renew()
      await visit.converse(question)
    }
  }

  async function list(count: number): Promise<void> {
    await opener().click()
    await expect.poll(titles).toHaveLength(count)
  }

  it('is empty at first and says so', async () => {
    await visit.signIn()
    await opener().click()
    await visit.page.getByText('There are no conversations yet').waitFor()
    await expect.poll(() => visit.focused()).toBe('Your conversations')
    await visit.page.keyboard.press('Escape')
    await visit.field().waitFor()
    await expect.poll(() => visit.focused()).toBe('Your conversations')
  })

  it('shows the newest first, marks the open one and opens another', async () => {
    await visit.signIn()
    await converse('First?', 'Second?')
    await expect.poll(() => header().textContent()).toBe('Second?')
    await list(2)
    await expect.poll(() => titles()).toEqual(['Second?', 'First?'])
    await expect
      .poll(() => visit.page.locator('[aria-current=true] .chat-row-title').allTextContents())
      .toEqual(['Second?'])
    expect(await visit.page.locator('.chat-row-when').first().textContent()).toMatch(/^Today, \d\d:\d\d$/)
    await visit.page.getByRole('button', { name: /^First\?/ }).click()
    await visit.page.getByText('About: First?').waitFor()
    await expect.poll(() => header().textContent()).toBe('First?')
    await expect.poll(() => visit.field().evaluate((field) => field === document.activeElement)).toBe(true)
    await visit.page.reload()
    await visit.page.getByText('About: First?').waitFor()
  })

  it('shows more when asked, and goes on at the first that is new', async () => {
    await visit.signIn()
    await visit.page.evaluate(async () => {
      for (let place = 0; place < 22; place += 1) {
        const content = [{ type: 'input_text', text: `Question ${place}` }]
        const body = { type: 'threads.create', params: { input: { content } } }
        const headers = { 'content-type': 'application/json' }
        const response = await fetch('/chatkit', { method: 'POST', headers, body: JSON.stringify(body) })
        await response.text()
      }
    })
    await list(20)
    const more = visit.page.getByRole('button', { name: 'Show more' })
    await more.click()
    await expect.poll(titles).toHaveLength(22)
    await expect.poll(() => more.isVisible()).toBe(false)
    const place = () =>
      visit.page.evaluate(() =>
        [...document.querySelectorAll('.chat-row-open')].indexOf(document.activeElement as Element),
      )
    await expect.poll(place).toBe(20)
  })

  it('says when it cannot be loaded, and loads on request', async () => {
    await visit.signIn()
    await converse('First?')
    await visit.page.route('**/chatkit', (route) => route.fulfill({ status: 503, json: {} }))
    await opener().click()
    await visit.page.getByText('The conversations could not be loaded.').waitFor()
    await visit.page.unroute('**/chatkit')
    await visit.page.getByRole('region', { name: 'Your conversations' }).getByText('Try again').click()
    await expect.poll(titles).toEqual(['First?'])
  })

  it('gives a conversation another title by keyboard alone', async () => {
    await visit.signIn()
    await converse('First?')
    await list(1)
    const rename = visit.page.getByRole('button', { name: 'Rename “First?”' })
    await rename.focus()
    await visit.page.keyboard.press('Enter')
    const field = visit.page.getByLabel('Title of the conversation')
    await expect.poll(() => field.evaluate((node) => node === document.activeElement)).toBe(true)
    await visit.page.keyboard.press('Backspace')
    await visit.page.keyboard.press('Enter')
    await visit.page.getByRole('alert').getByText('A title needs at least one character.').waitFor()
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true')
    await visit.page.keyboard.press('Escape')
    await expect.poll(() => titles()).toEqual(['First?'])
    await expect.poll(() => visit.focused()).toBe('Rename “First?”')

    for (const title of [LONG, URDU]) {
      await visit.page.keyboard.press('Enter')
      await field.fill(title)
      await visit.page.keyboard.press('Enter')
      await expect.poll(titles).toEqual([title])
      await expect.poll(() => visit.focused()).toBe(`Rename “${title}”`)
      await expect.poll(() => header().textContent()).toBe(title)
    }
    const overflowPx = await visit.page
      .locator('.chat-history-list')
      .evaluate((node) => node.scrollWidth - node.clientWidth)
    expect(overflowPx).toBe(0)
    expect(
      await visit.page.locator('.chat-row-title').evaluate((node) => getComputedStyle(node).direction),
    ).toBe('rtl')
    await visit.page.reload()
    await expect.poll(() => header().textContent()).toBe(URDU)
  })

  it('says when a title could not be saved', async () => {
    await visit.signIn()
    await converse('First?')
    await list(1)
    await visit.page.getByRole('button', { name: 'Rename “First?”' }).click()
    await visit.page.route('**/chatkit', (route) => route.fulfill({ status: 503, json: {} }))
    await visit.page.getByLabel('Title of the conversation').fill('Renamed')
    await visit.page.keyboard.press('Enter')
    await visit.page.getByRole('alert').getByText('The title could not be saved.').waitFor()
    expect(await visit.page.getByLabel('Title of the conversation').inputValue()).toBe('Renamed')
  })

  it('deletes after a question, and goes on at the next', async () => {
    await visit.signIn()
    await converse('First?', 'Second?', 'Third?')
    await list(3)
    await visit.page.getByRole('button', { name: 'Delete “Second?”' }).click()
    await expect.poll(() => visit.focused()).toBe('Keep')
    await visit.page.keyboard.press('Enter')
    await expect.poll(() => visit.focused()).toBe('Delete “Second?”')
    await expect.poll(() => titles()).toHaveLength(3)
    await visit.page.keyboard.press('Enter')
    await visit.page.keyboard.press('Shift+Tab')
    await visit.page.keyboard.press('Enter')
    await expect.poll(titles).toEqual(['Third?', 'First?'])
    await expect.poll(() => visit.focused()).toMatch(/^First\?/)
    await back().click()
    await visit.page.getByText('About: Third?').waitFor()
  })

  it('begins anew when the open conversation is deleted', async () => {
    await visit.signIn()
    await converse('First?')
    await list(1)
    await visit.page.getByRole('button', { name: 'Delete “First?”' }).click()
    await visit.page.getByRole('button', { name: 'Delete', exact: true }).click()
    await visit.page.getByText('There are no conversations yet').waitFor()
    await expect.poll(() => visit.focused()).toBe('Your conversations')
    await back().click()
    await visit.page.getByText('Ask about this page').waitFor()
    await expect.poll(() => header().isVisible()).toBe(false)
    await visit.converse('Second?')
    await list(1)
  })

  it('meets kindly what another tab has deleted', async () => {
    await visit.signIn()
    await converse('First?', 'Second?')
    const other = await visit.newPage()
    await other.goto('/')
    await other.getByRole('button', { name: 'Ask the course' }).click()
    await other.getByText('About: Second?').waitFor()
    await other.getByRole('button', { name: 'Your conversations' }).click()
    await other.locator('.chat-row').nth(1).waitFor()

    await visit.page.bringToFront()
    await list(2)
    for (const title of ['Second?', 'First?']) {
      await visit.page.getByRole('button', { name: `Delete “${title}”` }).click()
      const confirm = visit.page.getByRole('button', { name: 'Delete', exact: true })
      await confirm.click()
      // It stands there until the server has answered.
      await confirm.waitFor({ state: 'hidden' })
    }
    await visit.page.getByText('There are no conversations yet').waitFor()

    await other.bringToFront()
    await other.getByRole('button', { name: 'Rename “Second?”' }).click()
    await other.getByLabel('Title of the conversation').fill('Mine')
    await other.keyboard.press('Enter')
    await expect.poll(() => other.locator('.chat-row').count()).toBe(1)
    await other.getByRole('region').getByText('This conversation was deleted in another window.').waitFor()
    await other.getByRole('button', { name: /^First\?/ }).click()
    await other.getByRole('alert').getByText('This conversation was deleted in another window.').waitFor()
    await other.getByLabel('Your question').fill('Third?')
    await other.keyboard.press('Enter')
    await other.locator('.chat-message-assistant[aria-busy=false]').waitFor()
    await expect.poll(() => other.getByRole('alert').filter({ hasText: 'was deleted' }).count()).toBe(0)
  })
})
