import { expect, it } from 'vitest'
import { describeInBrowser } from './panel-visit.ts'
import { scriptedAnswer } from './scripted-site.ts'

describeInBrowser('an answer that outlives its connection', (visit) => {
  /** Two halves of an answer, the second one held back until `finish` is called. */
  const halves = () => {
    const gate = Promise.withResolvers<void>()
    visit.site.answerWith((turn) =>
      scriptedAnswer(turn, [{ text: 'One half ' }, { text: 'and the other.', after: gate.promise }]),
    )
    return { finish: gate.resolve }
  }

  it('says that it waits when the network goes, and goes on when it returns', async () => {
    const { finish } = halves()
    await visit.signIn()
    await visit.ask('One?')
    await visit.said('One half').waitFor()
    await visit.context.setOffline(true)
    visit.site.cut()
    const line = visit.page.getByText('Reconnecting…')
    await line.waitFor()
    finish()
    await visit.context.setOffline(false)
    await visit.said('One half and the other.').waitFor()
    await visit.finished().waitFor()
    await line.waitFor({ state: 'hidden' })
    expect(await visit.page.locator('.chat-message').count()).toBe(2)
  })

  it('is shown in a second tab while it grows', async () => {
    const { finish } = halves()
    await visit.signIn()
    await visit.ask('One?')
    await visit.said('One half').waitFor()
    const other = await visit.newPage()
    await other.goto('/')
    await other.getByRole('button', { name: 'Ask the course' }).click()
    await visit.said('One half', other).waitFor()
    finish()
    for (const page of [other, visit.page]) await visit.said('One half and the other.', page).waitFor()
  })

  it('is said to be unfinished after a reload, before more of it comes', async () => {
    const { finish } = halves()
    await visit.signIn()
    await visit.ask('One?')
    await visit.said('One half').waitFor()
    const resumes = Promise.withResolvers<void>()
    await visit.page.route('**/chatkit', async (route) => {
      if (route.request().postData()?.includes('threads.resume')) await resumes.promise
      await route.continue()
    })
    await visit.page.reload()
    await visit.said('One half').waitFor()
    expect(await visit.answers().getAttribute('aria-busy')).toBe('true')
    resumes.resolve()
    finish()
    await visit.said('One half and the other.').waitFor()
    await visit.finished().waitFor()
  })

  it('is caught up with when a tab is looked at again', async () => {
    await visit.signIn()
    await visit.converse('One?')
    const other = await visit.newPage()
    await other.goto('/')
    await other.getByRole('button', { name: 'Ask the course' }).click()
    await other.locator('.chat-message-assistant').waitFor()
    const { finish } = halves()
    await other.getByLabel('Your question').fill('Two?')
    await other.keyboard.press('Enter')
    await visit.said('One half', other).waitFor()
    await visit.page.bringToFront()
    await visit.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await visit.said('One half').waitFor()
    finish()
    await visit.said('One half and the other.').waitFor()
    expect(await visit.page.locator('.chat-message').count()).toBe(4)

    await other.bringToFront()
    await other.getByRole('button', { name: 'Your conversations' }).click()
    await other.getByRole('button', { name: /^Delete “/ }).click()
    await other.getByRole('button', { name: 'Delete', exact: true }).click()
    await other.getByText('There are no conversations yet').waitFor()
    await visit.page.bringToFront()
    await visit.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await visit.page.getByText('This conversation was deleted in another window.').waitFor()
    await visit.converse('Three?')
  })
})

describeInBrowser('the end of a conversation', (visit) => {
  const log = () => visit.page.locator('.chat-log')
  const jump = () => visit.page.getByRole('button', { name: 'Jump to newest' })
  const fromEndPx = () => log().evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight)
  const paragraphs = Array.from({ length: 30 }, (_, place) => `Paragraph ${place + 1}.\n\n`).join('')

  it('is followed while its reader is there, and found again by who was not', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    visit.site.answerWith((turn) =>
      scriptedAnswer(turn, [
        { text: paragraphs },
        ...gates.map(({ promise }, place) => ({
          text: `${paragraphs}Part ${place + 2}.\n\n`,
          after: promise,
        })),
      ]),
    )
    await visit.signIn()
    await visit.ask('One?')
    await visit.said('Paragraph 30.').waitFor()
    await expect.poll(fromEndPx).toBeLessThan(2)
    expect(await jump().isVisible()).toBe(false)
    gates[0]?.resolve()
    await visit.said('Part 2.').waitFor()
    await expect.poll(fromEndPx).toBeLessThan(2)

    await log().evaluate((node) => (node.scrollTop = 200))
    await jump().waitFor()
    gates[1]?.resolve()
    await visit.said('Part 3.').waitFor()
    await visit.finished().waitFor()
    expect(await log().evaluate((node) => node.scrollTop)).toBe(200)
    await jump().press('Enter')
    await expect.poll(fromEndPx).toBeLessThan(2)
    await jump().waitFor({ state: 'hidden' })
    expect(await log().evaluate((node) => node === document.activeElement)).toBe(true)
  })

  it('does not make what is read jump while an answer grows', async () => {
    const gate = Promise.withResolvers<void>()
    visit.site.answerWith((turn) =>
      scriptedAnswer(turn, [{ text: paragraphs }, { text: 'The end.', after: gate.promise }]),
    )
    await visit.signIn()
    await visit.ask('One?')
    await visit.said('Paragraph 30.').waitFor()
    await log().evaluate((node) => (node.scrollTop = 300))
    await jump().waitFor()
    await visit.page.evaluate(() => {
      new PerformanceObserver((list) => {
        const moved = list
          .getEntries()
          .reduce((sum, entry) => sum + (entry as unknown as { value: number }).value, 0)
        document.documentElement.dataset['moved'] = String(moved)
      }).observe({ type: 'layout-shift' })
    })
    const before = await visit.said('Paragraph 10.').boundingBox()
    gate.resolve()
    await visit.said('The end.').waitFor()
    await visit.finished().waitFor()
    expect(await visit.said('Paragraph 10.').boundingBox()).toEqual(before)
    expect(await visit.page.locator('html').getAttribute('data-moved')).toBeNull()
  })
})
