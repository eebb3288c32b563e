import type { ThreadItem, Turn, WidgetRoot } from '@robolearn/chatkit-server-core'
import { streamWidget } from '@robolearn/chatkit-server-core'
import { replaceWidget, saveWidget, ui } from '@robolearn/chatkit-server-core/widgets'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { browserPath, launchBrowser } from '../../../test/browser.ts'
import type { Learner } from '../server/learners.ts'
import { expectNoViolations } from './expect-no-violations.ts'
import { openVisit, type PanelVisit } from './panel-visit.ts'
import { scriptedAnswer, type ScriptedSite, startScriptedSite } from './scripted-site.ts'

if (browserPath === undefined) console.log('widgets in a browser: skipped, no Chromium on this machine')

const widgetItem = (turn: Turn<Learner>, widget: WidgetRoot): ThreadItem => ({
  id: turn.generateId('msg'),
  thread_id: turn.thread.id,
  created_at: turn.now().toISOString(),
  type: 'widget',
  widget,
})

describe.skipIf(browserPath === undefined)('widgets in the chat panel', { timeout: 60_000 }, () => {
  let site: ScriptedSite
  let browser: Browser
  let panel: PanelVisit | undefined

  beforeAll(async () => {
    site = await startScriptedSite()
    browser = await launchBrowser(browserPath ?? '')
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await site?.[Symbol.asyncDispose]()
  })

  afterEach(async () => {
    const opened = panel
    panel = undefined
    await opened?.close()
  })

  async function show(widget: WidgetRoot, options?: BrowserContextOptions): Promise<Page> {
    site.answerWith((turn) => streamWidget(turn, widget))
    panel = await openVisit(browser, site, options)
    await panel.signIn()
    await panel.ask('Show it')
    await panel.page.locator('.widget > *').waitFor()
    await panel.page.locator('[aria-disabled=false]', { hasText: 'Send' }).waitFor()
    return panel.page
  }

  const actionsSent = (page: Page, type: string): unknown[] => {
    const sent: unknown[] = []
    page.on('request', (request) => {
      const body = request.url().endsWith('/chatkit') ? request.postDataJSON() : undefined
      if (body?.type === type) sent.push(body.params.action)
    })
    return sent
  }
  const focusedName = (page: Page) =>
    page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
    )

  const everything = {
    type: 'Card',
    status: { text: 'Lesson 3', icon: 'book-open' },
    children: [
      { type: 'Title', value: 'A <b>card</b>', size: 'sm' },
      { type: 'Text', value: 'کواٹرنین چار اعداد ہیں۔' },
      { type: 'Caption', value: 'A caption', color: 'secondary' },
      { type: 'Markdown', value: 'Some **words** and a [link](/lessons/05-slam)' },
      {
        type: 'Row',
        gap: 2,
        justify: 'between',
        children: [
          { type: 'Badge', label: 'New', color: 'success' },
          { type: 'Spacer' },
          { type: 'Icon', name: 'star' },
        ],
      },
      { type: 'Divider' },
      { type: 'Image', src: 'https://tracker.example.test/pixel.png', alt: 'A foreign picture' },
      { type: 'Image', src: 'data:image/svg+xml;base64,PHN2Zy8+', alt: 'A drawing' },
      { type: 'Hologram', title: 'From tomorrow', children: [{ type: 'Text', value: 'still told' }] },
      { type: 'Link', label: 'Bad link', href: 'javascript:document.title=1' },
      {
        type: 'Table',
        children: [
          {
            type: 'Table.Row',
            header: true,
            children: [{ type: 'Table.Cell', children: [{ type: 'Text', value: 'Axis' }] }],
          },
          {
            type: 'Table.Row',
            children: [{ type: 'Table.Cell', children: [{ type: 'Text', value: 'x' }] }],
          },
        ],
      },
      'no component',
      { value: 'no type' },
      { type: 'Text', value: { not: 'a text' } },
    ],
  } as WidgetRoot

  it('shows a card with its parts, the unknown by its words, and a foreign image by its description', async () => {
    const page = await show(everything)
    const card = page.locator('.widget')
    expect(await card.getByRole('heading', { level: 4 }).textContent()).toBe('A <b>card</b>')
    expect(await card.getByText('کواٹرنین').evaluate((node) => getComputedStyle(node).direction)).toBe('rtl')
    expect(await card.locator('strong').textContent()).toBe('words')
    expect(await card.getByRole('columnheader').textContent()).toBe('Axis')
    await card.getByText('still told').waitFor()
    await card.getByText('A foreign picture').waitFor()
    await card.getByText('A drawing').waitFor()
    expect(await card.locator('img').count()).toBe(0)
    expect(await card.locator('a').allTextContents()).toEqual(['link'])
    const row = card.locator('.widget-row')
    expect(await row.evaluate((node) => getComputedStyle(node).columnGap)).toBe('8px')
    expect(await row.evaluate((node) => getComputedStyle(node).justifyContent)).toBe('space-between')
    await expectNoViolations(page)
  })

  it.each(['light', 'dark'] as const)('fits a phone and keeps its contrast (%s)', async (colorScheme) => {
    const page = await show(everything, {
      colorScheme,
      viewport: { width: 320, height: 568 },
      hasTouch: true,
    })
    const log = page.getByRole('log')
    expect(await log.evaluate((node) => node.scrollWidth - node.clientWidth)).toBe(0)
    await expectNoViolations(page)
  })

  const form = ui.Card({
    asForm: true,
    confirm: { label: 'Save', action: { type: 'robot.save', payload: { id: 7 } } },
    cancel: { label: 'Cancel', action: { type: 'robot.cancel' } },
    children: [
      ui.Label({ value: 'Name', fieldName: 'name' }),
      ui.Input({ name: 'name', required: true }),
      ui.Label({ value: 'Drive', fieldName: 'drive' }),
      ui.RadioGroup({
        name: 'drive',
        options: [
          { label: 'Two wheels', value: 'two' },
          { label: 'Legs', value: 'legs' },
        ],
      }),
      ui.Select({ name: 'sensor', placeholder: 'Sensor', options: [{ value: 'lidar', label: 'Lidar' }] }),
      ui.Checkbox({ name: 'camera', label: 'It has a camera' }),
      ui.DatePicker({ name: 'built', placeholder: 'Built on' }),
      ui.Textarea({ name: 'notes', placeholder: 'Notes', defaultValue: 'none' }),
    ],
  })

  it('sends what was filled in with the action, by keyboard, and shows what became of it', async () => {
    const gate = Promise.withResolvers<void>()
    site.actWith(async function* ({ sender }) {
      await gate.promise
      if (sender) yield replaceWidget(sender, ui.Card({ children: [ui.Text({ value: 'Saved.' })] }))
    })
    const page = await show(form)
    await expectNoViolations(page)
    const sent = actionsSent(page, 'threads.custom_action')
    await page.getByLabel('Name').focus()
    await page.keyboard.press('Enter')
    // Required, and empty: nothing is sent.
    await page.keyboard.type('Rover')
    await page.getByLabel('Two wheels').focus()
    await page.keyboard.press('ArrowDown')
    await page.getByLabel('Sensor').selectOption('lidar')
    await page.getByLabel('It has a camera').press('Space')
    await page.getByLabel('Built on').fill('2026-05-01')
    const save = page.getByRole('button', { name: 'Save' })
    await save.focus()
    await page.keyboard.press('Enter')
    await page.locator('.widget[aria-busy=true]').waitFor()
    await page.keyboard.press('Enter')
    gate.resolve()
    await page.getByText('Saved.').waitFor()
    await page.locator('.widget[aria-busy=true]').waitFor({ state: 'detached' })
    const values = {
      name: 'Rover',
      drive: 'legs',
      sensor: 'lidar',
      camera: true,
      built: '2026-05-01',
      notes: 'none',
    }
    expect(sent).toEqual([{ type: 'robot.save', payload: { id: 7, ...values } }])
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('widget')
    await page.reload()
    await page.getByText('Saved.').waitFor()
  })

  it('keeps the focus and what was typed while the widget is updated', async () => {
    const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
    const input = ui.Input({ name: 'name', placeholder: 'Name' })
    const state = (text: string, ...more: object[]): WidgetRoot => ({
      type: 'Card',
      children: [{ type: 'Text', id: 'words', value: text, streaming: true }, ...more, input],
    })
    site.answerWith(async function* (turn) {
      const item = widgetItem(turn, state('One'))
      const updated = { type: 'thread.item.updated', item_id: item.id } as const
      yield { type: 'thread.item.added', item }
      await gates[0]?.promise
      const grown = { component_id: 'words', delta: ' two', done: false }
      yield { ...updated, update: { type: 'widget.streaming_text.value_delta', ...grown } }
      await gates[1]?.promise
      yield {
        ...updated,
        update: { type: 'widget.root.updated', widget: state('Three', ui.Badge({ label: 'New' })) },
      }
      await gates[2]?.promise
      const component = { type: 'Text', id: 'words', value: 'Four' }
      yield { ...updated, update: { type: 'widget.component.updated', component_id: 'words', component } }
      yield {
        type: 'thread.item.done',
        item: widgetItem({ ...turn, generateId: () => item.id }, state('Five')),
      }
    })
    panel = await openVisit(browser, site)
    await panel.signIn()
    await panel.ask('Stream it')
    const { page } = panel
    const field = page.getByLabel('Name', { exact: true })
    await field.fill('Rov')
    await field.evaluate((node) => (node as HTMLInputElement).setSelectionRange(1, 1))
    for (const [place, text] of ['One two', 'Three', 'Five'].entries()) {
      gates[place]?.resolve()
      await page.locator('.widget').getByText(text, { exact: true }).waitFor()
      expect(await field.evaluate((node) => node === document.activeElement)).toBe(true)
    }
    await page.keyboard.type('o')
    expect(await field.inputValue()).toBe('Roov')
  })

  it('is said by the answer to a screen reader once, not again when an action only changes the card', async () => {
    const card = (text: string): WidgetRoot =>
      ui.Card({
        children: [ui.Text({ value: text }), ui.Button({ label: 'Check', onClickAction: { type: 'check' } })],
      })
    site.actWith(async function* ({ sender }) {
      if (sender) yield replaceWidget(sender, card('Right.'))
    })
    site.answerWith(async function* (turn) {
      yield* scriptedAnswer(turn, [{ text: 'A question.' }])
      yield { type: 'thread.item.done', item: widgetItem(turn, card('Which?')) }
    })
    panel = await openVisit(browser, site)
    const { page } = panel
    await panel.signIn()
    await panel.ask('Show it')
    const said = page.locator('#chat-panel > [role=status]')
    await expect.poll(() => said.textContent()).toBe('A question.')
    const check = page.getByRole('button', { name: 'Check' })
    await check.click()
    await page.getByText('Right.').waitFor()
    await page.locator('.widget button[aria-busy=true]').waitFor({ state: 'detached' })
    await page.locator('[aria-disabled=false]', { hasText: 'Send' }).waitFor()
    expect(await said.textContent()).toBe('')
    expect(await check.evaluate((node) => node === document.activeElement)).toBe(true)
  })

  it('asks for one answer at once where the action does not stream, with the value that was chosen', async () => {
    site.actAtOnceWith(async (input) => {
      const { sensor } = input.action.payload as { sensor: string }
      const card = ui.Card({ children: [ui.Text({ value: `It has a ${sensor}.` })] })
      return input.sender && saveWidget(input, input.sender, card)
    })
    const choose = { type: 'sensor.choose', payload: { of: 'rover' }, streaming: false }
    const options = [{ value: 'lidar', label: 'Lidar' }]
    const select = ui.Select({ name: 'sensor', placeholder: 'Sensor', options, onChangeAction: choose })
    const page = await show(ui.Card({ children: [select] }))
    const sent = actionsSent(page, 'threads.sync_custom_action')
    await page.getByLabel('Sensor').selectOption('lidar')
    await page.getByText('It has a lidar.').waitFor()
    expect(sent).toEqual([{ type: 'sensor.choose', payload: { of: 'rover', sensor: 'lidar' } }])
  })

  it('does an action of the page itself without the server', async () => {
    const onClickAction = { type: 'open_lesson', payload: { slug: '05-slam' }, handler: 'client' }
    const page = await show(ui.Card({ children: [ui.Button({ label: 'Go there', onClickAction })] }))
    const sent = actionsSent(page, 'threads.custom_action')
    await page.getByRole('button', { name: 'Go there' }).click()
    await page.waitForURL('**/lessons/05-slam')
    expect(sent).toEqual([])
  })

  it('offers a list whose rows are buttons, and the rest on demand', async () => {
    const sent: string[] = []
    site.actWith(async function* (turn) {
      sent.push(JSON.stringify(turn.action))
      yield* scriptedAnswer(turn, [{ text: 'Chosen.' }])
    })
    const row = (name: string) =>
      ui.ListViewItem({
        children: [ui.Text({ value: name }), ui.Badge({ label: 'Lesson' })],
        onClickAction: { type: 'lesson.choose', payload: { name } },
      })
    const page = await show(ui.ListView({ limit: 2, children: ['Frames', 'Sensors', 'Control'].map(row) }))
    await expectNoViolations(page)
    const hidden = page.getByRole('button', { name: 'Control, Lesson' })
    expect(await hidden.isVisible()).toBe(false)
    await page.getByText('1 more').click()
    await hidden.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('log').getByText('Chosen.').waitFor()
    expect(sent).toEqual([JSON.stringify({ type: 'lesson.choose', payload: { name: 'Control' } })])
    expect(await focusedName(page)).toBe('Control, Lesson')
  })

  it('acts when the answer under way has ended, and says so when it failed', async () => {
    const gate = Promise.withResolvers<void>()
    const card = ui.Card({ children: [ui.Button({ label: 'Check', onClickAction: { type: 'check' } })] })
    site.answerWith(async function* (turn) {
      yield { type: 'thread.item.done', item: widgetItem(turn, card) }
      yield* scriptedAnswer(turn, [{ text: 'And ' }, { text: 'more.', after: gate.promise }])
    })
    let tries = 0
    site.actWith(async function* (turn) {
      tries += 1
      if (tries === 1) throw new Error('broken')
      yield* scriptedAnswer(turn, [{ text: 'Checked.' }])
    })
    panel = await openVisit(browser, site)
    await panel.signIn()
    await panel.ask('Show it')
    const { page } = panel
    const check = page.getByRole('button', { name: 'Check' })
    await check.click()
    await page.locator('.widget button[aria-busy=true]').waitFor()
    expect(tries).toBe(0)
    gate.resolve()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('log').getByText('Checked.').waitFor()
    await page.getByText('And more.').waitFor()
    expect(tries).toBe(2)
    expect(await page.locator('.chat-message-user').count()).toBe(1)
  })
})
