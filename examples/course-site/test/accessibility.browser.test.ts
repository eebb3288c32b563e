import { it } from 'vitest'
import { expectNoViolations } from './expect-no-violations.ts'
import { DOUBLE_COVER, describeInBrowser, LESSON } from './panel-visit.ts'
import { scriptedAnswer } from './scripted-site.ts'

const SIZES = [
  { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 320, height: 568 } },
] as const

describeInBrowser('axe-core finds nothing wrong', (visit) => {
  for (const size of SIZES) {
    const where = `${size.colorScheme}, ${size.viewport.width} px`

    const check = (state: string) => expectNoViolations(visit.page, state)

    it(`with the pages (${where})`, async () => {
      await visit.open(size)
      for (const path of ['/', LESSON, '/lessons/no-such-lesson', '/nothing-here']) {
        await visit.page.goto(path)
        await check(path)
      }
    })

    it(`with an answer on its way and afterwards (${where})`, async () => {
      await visit.open(size)
      const gate = Promise.withResolvers<void>()
      visit.site.answerWith(async function* (turn) {
        turn.thread.title = 'Are they the same?'
        yield { type: 'notice', level: 'warning', message: 'Answers take **longer** today.' }
        yield { type: 'notice', level: 'danger', message: 'Two questions are left.' }
        yield* scriptedAnswer(turn, [
          { text: 'Both name the **same ' },
          { text: 'rotation**.', cites: DOUBLE_COVER, after: gate.promise },
          { text: '\n\n```\nq\n```\n\n| a | b |\n| --- | --- |\n| 1 | 2 |' },
        ])
      })
      await visit.page.goto(LESSON)
      await visit.page.getByRole('button', { name: 'Ask the course' }).click()
      await check('signed out')
      await visit.page.getByRole('button', { name: 'Sign in as Ada' }).click()
      await visit.field().waitFor()
      await check('empty')
      await visit.ask('Are q and −q the same?')
      await visit.page.getByText('Both name the').waitFor()
      await check('answering')
      gate.resolve()
      await visit.finished().waitFor()
      await visit.page.getByRole('button', { name: 'Good answer' }).click()
      await check('answered')
      await visit.page.locator('.chat-log').evaluate((log) => (log.scrollTop = 0))
      await check('away from the end')
    })

    it(`with the list of conversations (${where})`, async () => {
      await visit.open(size)
      await visit.signIn()
      await visit.page.getByRole('button', { name: 'Your conversations' }).click()
      await visit.page.getByText('There are no conversations yet').waitFor()
      await check('no conversation')
      await visit.page.getByRole('button', { name: 'Back to the conversation' }).click()
      await visit.converse('One?')
      await visit.renew()
      await visit.converse('Two?')
      await visit.page.getByRole('button', { name: 'Your conversations' }).click()
      await visit.page.locator('.chat-row').nth(1).waitFor()
      await check('a list')
      await visit.page.getByRole('button', { name: 'Rename' }).first().click()
      await visit.page.getByLabel('Title of the conversation').fill('')
      await visit.page.keyboard.press('Enter')
      await check('renaming')
      await visit.page.getByRole('button', { name: /^Delete “/ }).click()
      await check('deleting')
    })

    it(`with what goes wrong (${where})`, async () => {
      await visit.open(size)
      await visit.signIn()
      await visit.page.route('**/chatkit', (route) => route.fulfill({ status: 503, json: {} }))
      await visit.ask('One?')
      await visit.page.getByRole('alert').getByText('cannot answer').waitFor()
      await check('a failure')
      await visit.page.getByRole('button', { name: 'Your conversations' }).click()
      await visit.page.getByText('could not be loaded').waitFor()
      await check('a list that cannot be loaded')
      await visit.page.unroute('**/chatkit')
      visit.site.answerWith((turn) => {
        turn.thread.status = { type: 'locked', reason: 'Until Monday.' }
        return scriptedAnswer(turn, [{ text: 'So be it.' }])
      })
      await visit.page.getByRole('button', { name: 'Back to the conversation' }).click()
      await visit.page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
      await visit.page.getByText('Until Monday.').waitFor()
      await check('locked')
    })

    it(`with marked text (${where})`, async () => {
      await visit.open(size)
      await visit.page.goto(LESSON)
      await visit.page.evaluate(() =>
        getSelection()?.selectAllChildren(document.querySelector('.prose p') as Node),
      )
      await visit.page.getByRole('button', { name: 'Ask about this' }).waitFor()
      await check('the button')
      await visit.page.getByRole('button', { name: 'Ask about this' }).click()
      await visit.page.getByRole('button', { name: 'Sign in as Ada' }).click()
      await visit.page.getByRole('group', { name: 'Quoted from the page' }).waitFor()
      await check('the quote')
    })
  }
})
