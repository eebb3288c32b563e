import { expect, it } from 'vitest'
import { describeInBrowser } from './panel-visit.ts'
import { scriptedAnswer } from './scripted-site.ts'

describeInBrowser('what can be done with an answer', (visit) => {
  const button = (name: string) => visit.page.getByRole('button', { name, exact: true })
  const says = () => visit.page.locator('#chat-panel .visually-hidden[role=status]').textContent()

  const requests = () => {
    const bodies: { type: string; params: Record<string, unknown> }[] = []
    visit.page.on('request', (request) => {
      if (request.url().endsWith('/chatkit')) bodies.push(request.postDataJSON())
    })
    return bodies
  }

  it('asks for another answer, which takes the place of the newest', async () => {
    let answer = 0
    visit.site.answerWith((turn) => scriptedAnswer(turn, [{ text: `Answer ${++answer}.` }]))
    await visit.signIn()
    await visit.converse('One?')
    await visit.converse('Two?')
    // What stands behind an older one would be lost.
    expect(await button('Try again').count()).toBe(1)
    const sent = requests()
    await button('Try again').click()
    await visit.said('Answer 3.').waitFor()
    await button('Try again').waitFor()
    expect(await visit.page.locator('.chat-answer').allInnerTexts()).toEqual(['Answer 1.', 'Answer 3.'])
    expect(sent.map(({ type }) => type)).toEqual(['threads.retry_after_item'])
    expect(await visit.field().evaluate((field) => field === document.activeElement)).toBe(true)
    await visit.page.reload()
    await visit.said('Answer 3.').waitFor()
    expect(await visit.page.locator('.chat-message-user').count()).toBe(2)
  })

  it('offers nothing while the answer is on its way', async () => {
    const gate = Promise.withResolvers<void>()
    visit.site.answerWith((turn) =>
      scriptedAnswer(turn, [{ text: 'One half' }, { text: ' and the other.', after: gate.promise }]),
    )
    await visit.signIn()
    await visit.ask('One?')
    await visit.said('One half').waitFor()
    expect(await button('Copy the answer').count()).toBe(0)
    gate.resolve()
    await button('Copy the answer').waitFor()
  })

  it('asks again where the answer was stopped before its first word', async () => {
    visit.site.answerWith(async function* (turn) {
      yield { type: 'progress_update', text: 'Searching…' }
      await new Promise<void>((resolve) => turn.signal.addEventListener('abort', () => resolve()))
    })
    await visit.signIn()
    await visit.ask('One?')
    await button('Stop').click()
    await button('Stop').waitFor({ state: 'hidden' })
    visit.site.answerWith((turn) => scriptedAnswer(turn, [{ text: 'An answer.' }]))
    await button('Try again').click()
    await visit.finished().waitFor()
    expect(await visit.page.locator('.chat-message-user').count()).toBe(1)
  })

  it('tells the server what the learner thinks of it, and shows it', async () => {
    await visit.signIn()
    await visit.converse('One?')
    const sent = requests()
    await button('Good answer').click()
    await expect.poll(says).toBe('Thank you for the feedback.')
    expect(await button('Good answer').getAttribute('aria-pressed')).toBe('true')
    await button('Bad answer').click()
    await expect.poll(() => button('Good answer').getAttribute('aria-pressed')).toBe('false')
    expect(await button('Bad answer').getAttribute('aria-pressed')).toBe('true')
    const id = await visit.answers().getAttribute('data-item')
    const feedback = (kind: string) => ({ type: 'items.feedback', params: { item_ids: [id], kind } })
    expect(sent).toMatchObject([feedback('positive'), feedback('negative')])
    await visit.converse('Two?')
    expect(await button('Bad answer').first().getAttribute('aria-pressed')).toBe('true')
    expect(await button('Bad answer').last().getAttribute('aria-pressed')).toBe('false')
  })

  it('takes feedback back that could not be sent, and says so', async () => {
    await visit.signIn()
    await visit.converse('One?')
    await visit.page.route('**/chatkit', (route) => route.fulfill({ status: 503, json: {} }))
    await button('Good answer').click()
    await expect.poll(says).toBe('The feedback could not be sent.')
    expect(await button('Good answer').getAttribute('aria-pressed')).toBe('false')
  })

  it('copies the answer as it was written', async () => {
    await visit.open({ permissions: ['clipboard-read', 'clipboard-write'] })
    visit.site.answerWith((turn) => scriptedAnswer(turn, [{ text: 'Both name the **same rotation**.' }]))
    await visit.signIn()
    await visit.converse('One?')
    await button('Copy the answer').press('Enter')
    await expect.poll(says).toBe('Copied.')
    expect(await visit.page.evaluate(() => navigator.clipboard.readText())).toBe(
      'Both name the **same rotation**.',
    )
  })
})
