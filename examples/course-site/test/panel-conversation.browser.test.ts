import { expect, it } from 'vitest'
import { describeInBrowser } from './panel-visit.ts'
import { scriptedAnswer } from './scripted-site.ts'

describeInBrowser('a conversation in the chat panel', (visit) => {
  it('shows the conversation after a reload, to its learner only, until a new one is begun', async () => {
    await visit.signIn()
    await visit.ask('Are q and −q the same?')
    await visit.finished().waitFor()
    await visit.page.reload()
    await visit.finished().waitFor()
    expect(await visit.page.locator('.chat-message-user p').textContent()).toBe('Are q and −q the same?')

    await visit.page.getByRole('button', { name: 'Sign out' }).click()
    await expect.poll(() => visit.answers().count()).toBe(0)
    await visit.page.getByRole('button', { name: 'Sign in as Grace' }).click()
    await visit.page.getByLabel('Your question').waitFor()
    await visit.page.getByText('Ask about this page').waitFor()
    await visit.page.getByRole('button', { name: 'Sign out' }).click()
    await visit.page.getByRole('button', { name: 'Sign in as Ada' }).click()
    await visit.finished().waitFor()

    await visit.page.getByRole('button', { name: 'New conversation' }).click()
    await visit.page.getByText('Ask about this page').waitFor()
    await visit.page.reload()
    await visit.page.getByText('Ask about this page').waitFor()
    expect(await visit.answers().count()).toBe(0)
  })

  it('offers questions to begin with, to who can ask them', async () => {
    const starters = () =>
      visit.page.getByRole('list', { name: 'Questions to begin with' }).getByRole('button').allTextContents()
    await visit.page.goto('/')
    await visit.page.getByRole('button', { name: 'Ask the course' }).click()
    expect(await starters()).toEqual([])
    await visit.page.getByRole('button', { name: 'Sign in as Ada' }).click()
    await visit.field().waitFor()
    expect(await starters()).toEqual(['What is SLAM?', 'Quiz me on sensors', 'Which robot suits me?'])
    await visit.page.goto('/lessons/14-robot-safety')
    await visit.page.getByRole('button', { name: 'کوئز' }).waitFor()
    await visit.page.goto('/lessons/03-quaternions')
    await visit.page.getByRole('button', { name: 'Sum up this page' }).press('Enter')
    await visit.finished().waitFor()
    expect(await visit.page.locator('.chat-message-user p').textContent()).toBe('Sum up this page')
    expect(await visit.focused()).not.toContain('Sum up')
    expect(await visit.field().evaluate((node) => node === document.activeElement)).toBe(true)
    expect(await starters()).toEqual([])
  })

  it('goes on with an answer after a reload, and stops it at its learner’s word', async () => {
    const gate = Promise.withResolvers<void>()
    visit.site.answerWith((turn) =>
      scriptedAnswer(turn, [
        { text: 'Both name the ' },
        { text: 'same rotation.', after: gate.promise },
        {
          text: ' Never said.',
          after: new Promise((resolve) => turn.signal.addEventListener('abort', () => resolve())),
        },
      ]),
    )
    await visit.signIn()
    await visit.ask('Are q and −q the same?')
    await visit.page.getByText('Both name the').waitFor()
    await visit.page.reload()
    await visit.page.getByText('Both name the').waitFor()
    const stop = visit.page.getByRole('button', { name: 'Stop' })
    await stop.waitFor()
    gate.resolve()
    await visit.page.getByText('Both name the same rotation.').waitFor()
    await stop.click()
    await stop.waitFor({ state: 'hidden' })
    expect(await visit.page.getByRole('button', { name: 'Send' }).getAttribute('aria-disabled')).toBe('false')
    await visit.page.reload()
    await visit.page.getByText('Both name the same rotation.').waitFor()
    expect(await visit.page.locator('.chat-answer').textContent()).not.toContain('Never said.')
    expect(await visit.page.locator('.chat-message-user').count()).toBe(1)
  })

  it('says what went wrong and tries again', async () => {
    await visit.signIn()
    const refuse = { status: 503, json: { error: { code: 'unavailable' }, message: 'no' } }
    await visit.page.route('**/chatkit', (route) => route.fulfill(refuse))
    await visit.ask('Are q and −q the same?')
    await visit.page.getByRole('alert').getByText('The course cannot answer right now.').waitFor()
    expect(await visit.page.locator('.chat-message-user p').textContent()).toBe('Are q and −q the same?')
    await visit.page.unroute('**/chatkit')
    await visit.page.getByRole('button', { name: 'Try again' }).click()
    await visit.finished().waitFor()
    expect(await visit.page.locator('.chat-message-user').count()).toBe(1)
    expect(await visit.page.getByRole('alert').getByRole('button', { name: 'Try again' }).count()).toBe(0)
  })

  it('offers to sign in when the session is over, and keeps what was asked', async () => {
    await visit.signIn()
    await visit.context.clearCookies()
    await visit.ask('Are q and −q the same?')
    await visit.page.getByRole('button', { name: 'Sign in as Ada' }).click()
    const field = visit.page.getByLabel('Your question')
    await field.waitFor()
    expect(await field.inputValue()).toBe('Are q and −q the same?')
    await field.press('Enter')
    await visit.finished().waitFor()
  })
})
