import { expect, it } from 'vitest'
import { describeInBrowser } from './panel-visit.ts'
import { scriptedAnswer } from './scripted-site.ts'

describeInBrowser('what the server has to say', (visit) => {
  const notices = () => visit.page.locator('.chat-notice')
  const button = (name: string) => visit.page.getByRole('button', { name, exact: true })

  it('shows notices until they are closed', async () => {
    visit.site.answerWith(async function* (turn) {
      yield { type: 'notice', level: 'info', message: 'Saved.' }
      yield {
        type: 'notice',
        level: 'danger',
        title: 'Two are left',
        message: 'See [plans](/plans) <b>x</b>.',
      }
      yield* scriptedAnswer(turn, [{ text: 'An answer.' }])
    })
    await visit.signIn()
    await visit.converse('One?')
    await expect.poll(() => notices().count()).toBe(2)
    expect(await notices().first().innerText()).toMatch(/^Note\s+Saved\.$/)
    expect(await notices().last().innerText()).toMatch(/^Two are left\s+See plans <b>x<\/b>\.$/)
    expect(await visit.page.getByRole('link', { name: 'plans' }).getAttribute('href')).toBe(
      `${visit.site.url}/plans`,
    )
    await button('Close the notice').first().press('Enter')
    expect(await notices().count()).toBe(1)
    expect(await visit.field().evaluate((field) => field === document.activeElement)).toBe(true)
    visit.site.answerWith((turn) => scriptedAnswer(turn, [{ text: 'Another.' }]))
    await visit.converse('Two?')
    expect(await notices().count()).toBe(1)
    await visit.renew()
    expect(await notices().count()).toBe(0)
  })

  it('shows what the assistant is doing', async () => {
    const gate = Promise.withResolvers<void>()
    visit.site.answerWith(async function* (turn) {
      yield { type: 'progress_update', text: 'Searching the lessons…' }
      await gate.promise
      yield* scriptedAnswer(turn, [{ text: 'An answer.' }])
    })
    await visit.signIn()
    await visit.ask('One?')
    await visit.page.getByText('Searching the lessons…').waitFor()
    gate.resolve()
    await visit.finished().waitFor()
    await visit.page.getByText('Searching the lessons…').waitFor({ state: 'hidden' })
  })

  it.each(['locked', 'closed'] as const)(
    'takes no question in a %s conversation, and says why',
    async (type) => {
      visit.site.answerWith((turn) => {
        turn.thread.status = { type, reason: 'Your teacher reads it first.' }
        return scriptedAnswer(turn, [{ text: 'An answer.' }])
      })
      await visit.signIn()
      await visit.ask('One?')
      await visit.page.getByText('Your teacher reads it first.').waitFor()
      expect(await visit.field().isVisible()).toBe(false)
      await expect.poll(() => visit.focused()).toBe('New conversation')
      await visit.finished().waitFor()
      expect(await button('Try again').count()).toBe(0)
      await visit.page.reload()
      await visit.page.getByText('Your teacher reads it first.').waitFor()
      expect(await visit.field().isVisible()).toBe(false)
      visit.site.answerWith((turn) => scriptedAnswer(turn, [{ text: 'An answer.' }]))
      await visit.page.locator('.chat-status').getByRole('button', { name: 'New conversation' }).click()
      await visit.page.getByText('Ask about this page').waitFor()
      await visit.converse('Two?')
    },
  )

  it('says when a learner can go on who has asked too much', async () => {
    await visit.signIn()
    const json = { error: { code: 'rate_limited', retry_after_seconds: 30 }, message: 'no' }
    await visit.page.route('**/chatkit', (route) => route.fulfill({ status: 429, json }))
    await visit.ask('One?')
    const alert = visit.page.getByRole('alert').filter({ hasText: 'a lot of questions' })
    await alert.getByText('You can go on in 30 seconds.').waitFor()
    await visit.page.unroute('**/chatkit')
    await alert.getByRole('button', { name: 'Try again' }).click()
    await visit.finished().waitFor()
    expect(await visit.page.locator('.chat-message-user').count()).toBe(1)
  })

  it('offers another try only where the server allows one', async () => {
    for (const allowed of [true, false]) {
      visit.site.answerWith(async function* () {
        yield { type: 'error', code: 'custom', message: 'The model rests.', allow_retry: allowed }
      })
      if (!allowed) await visit.renew()
      else await visit.signIn()
      await visit.ask('One?')
      const alert = visit.page.getByRole('alert').filter({ hasText: 'The model rests.' })
      await alert.waitFor()
      expect(await alert.getByRole('button', { name: 'Try again' }).count()).toBe(allowed ? 1 : 0)
    }
  })
})
