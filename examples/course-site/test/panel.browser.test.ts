import { expect, it } from 'vitest'
import { describeInBrowser, DOUBLE_COVER, FRAMES, LESSON } from './panel-visit.ts'
import { scriptedAnswer } from './scripted-site.ts'

const CITED_TEXT = /^Negating all four numbers.*called the double cover$/

describeInBrowser('asking in the chat panel', (visit) => {
  const highlighted = () =>
    visit.page.evaluate(() =>
      [...(CSS.highlights.get('cited-passage') ?? [])].map((range) =>
        range instanceof Range ? range.toString() : '',
      ),
    )

  const focusedText = () => visit.page.evaluate(() => document.activeElement?.textContent ?? '')

  const isOnScreen = (text: string) =>
    visit.page.getByText(text).evaluate((node) => {
      const { top, bottom } = node.getBoundingClientRect()
      return top >= 0 && bottom <= innerHeight
    })

  it('streams an answer, then leads from its citation to the passage', async () => {
    const gate = Promise.withResolvers<void>()
    visit.site.answerWith((turn) =>
      scriptedAnswer(turn, [
        { text: 'Both name the **same ' },
        { text: 'rotation**.', cites: DOUBLE_COVER, after: gate.promise },
      ]),
    )
    await visit.signIn()
    await visit.ask('Are q and −q the same?')
    await visit.page.getByText('Both name the').waitFor()
    expect(await visit.answers().getAttribute('aria-busy')).toBe('true')
    expect(await visit.page.getByRole('button', { name: 'Send' }).getAttribute('aria-disabled')).toBe('true')
    expect(await visit.page.locator('.chat-sources').count()).toBe(0)
    gate.resolve()

    await visit.finished().waitFor()
    expect(await visit.answers().locator('strong').textContent()).toBe('same rotation')
    const citation = visit.page.getByRole('link', { name: `Source 1: ${DOUBLE_COVER.title}` })
    expect(await citation.textContent()).toBe('1')
    expect(await visit.page.locator('.chat-sources li').allTextContents()).toEqual([DOUBLE_COVER.title])
    await citation.click()
    await expect.poll(highlighted).toEqual([expect.stringMatching(CITED_TEXT)])
    expect(await isOnScreen('Negating all four numbers')).toBe(true)
    expect(await focusedText()).toMatch(/^Negating all four/)
    expect(new URL(visit.page.url()).hash).toBe('#the-double-cover-q-and-q')
  })

  it('tells the server about the page with each question', async () => {
    await visit.signIn()
    const sent = visit.page.waitForRequest('**/chatkit')
    await visit.ask('What is this?')
    expect((await sent).postDataJSON()).toMatchObject({
      type: 'threads.create',
      params: { input: { content: [{ type: 'input_text', text: 'What is this?' }] } },
      metadata: {
        page: {
          url: `${visit.site.url}${LESSON}`,
          path: LESSON,
          title: 'Quaternions for rotations',
          language: 'en',
          headings: expect.arrayContaining(['What a quaternion is', 'Slerp and gimbal lock']),
        },
      },
    })
    await visit.finished().waitFor()
  })

  it('follows a citation to another page and shows the passage there', async () => {
    await visit.signIn()
    await visit.ask('Does order matter?')
    await visit.finished().waitFor()
    await visit.page.getByRole('link', { name: FRAMES.title, exact: true }).click()
    await visit.page.waitForURL('**/lessons/02-coordinate-frames*')
    await expect.poll(highlighted).toEqual(['Transforms chain when the inner names meet'])
    expect(await isOnScreen('Transforms chain when')).toBe(true)
    expect(await focusedText()).toMatch(/^Transforms chain when/)
    await visit.answers().waitFor()
  })

  it('falls back to the heading when the page has changed', async () => {
    visit.site.answerWith((turn) =>
      scriptedAnswer(turn, [
        { text: 'Old.', cites: { title: 'Old', url: `${LESSON}#slerp-and-gimbal-lock:~:text=no%20such` } },
      ]),
    )
    await visit.signIn()
    await visit.ask('Old?')
    await visit.finished().waitFor()
    await visit.page.getByRole('link', { name: 'Source 1: Old' }).click()
    await expect.poll(focusedText).toBe('Slerp and gimbal lock')
    expect(await visit.page.locator('.cited-block').textContent()).toBe('Slerp and gimbal lock')
  })

  it('says a finished answer to screen readers once, and no token of it', async () => {
    await visit.signIn()
    await visit.ask('Are q and −q the same?')
    await visit.finished().waitFor()
    const status = visit.page.locator('#chat-panel .visually-hidden[role=status]')
    await expect.poll(() => status.textContent()).toBe('Both name the same rotation.\nOrder matters.')
  })

  it('says that a stand-in answers', async () => {
    await visit.signIn('/')
    await visit.page
      .getByText('No API key is set: answers come from a small stand-in that quotes the lessons.')
      .waitFor()
  })
})
