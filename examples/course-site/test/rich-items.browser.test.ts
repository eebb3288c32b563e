import type { ThreadItem, ThreadStreamEvent, Turn } from '@robolearn/chatkit-server-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { browserPath, launchBrowser } from '../../../test/browser.ts'
import type { Learner } from '../server/learners.ts'
import { expectNoViolations } from './expect-no-violations.ts'
import { openVisit, type PanelVisit } from './panel-visit.ts'
import { scriptedAnswer, type ScriptedSite, startScriptedSite } from './scripted-site.ts'

if (browserPath === undefined) console.log('rich items in a browser: skipped, no Chromium on this machine')

type Fields<T extends ThreadItem['type']> = Omit<
  Extract<ThreadItem, { type: T }>,
  'id' | 'thread_id' | 'created_at' | 'type'
>

function itemOf<T extends ThreadItem['type']>(turn: Turn<Learner>, type: T, fields: Fields<T>): ThreadItem {
  const base = {
    id: turn.generateId('msg'),
    thread_id: turn.thread.id,
    created_at: turn.now().toISOString(),
    type,
  }
  return { ...base, ...fields } as unknown as ThreadItem
}

const done = (item: ThreadItem): ThreadStreamEvent => ({ type: 'thread.item.done', item })

const DOT = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'

describe.skipIf(browserPath === undefined)(
  'items of every kind in the chat panel',
  { timeout: 60_000 },
  () => {
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

    async function ask(options?: BrowserContextOptions): Promise<Page> {
      panel = await openVisit(browser, site, options)
      await panel.signIn()
      await panel.ask('Go')
      return panel.page
    }

    const isIdle = (page: Page) => page.locator('[aria-disabled=false]', { hasText: 'Send' }).waitFor()

    it('says which step is under way, and folds the steps and their sources when they are done', async () => {
      const gate = Promise.withResolvers<void>()
      const search = {
        type: 'web_search' as const,
        title: 'double cover',
        queries: ['double cover'],
        sources: [],
        status_indicator: 'loading' as const,
      }
      const source = {
        type: 'url' as const,
        title: 'Quaternions – The double cover',
        url: '/lessons/03-quaternions#the-double-cover-q-and-q',
      }
      site.answerWith(async function* (turn) {
        const item = itemOf(turn, 'workflow', {
          workflow: { type: 'custom', tasks: [search], expanded: false },
        })
        yield { type: 'thread.item.added', item }
        await gate.promise
        const found = { ...search, sources: [source], status_indicator: 'complete' as const }
        const thought = {
          type: 'thought' as const,
          content: 'It **fits**.',
          status_indicator: 'none' as const,
        }
        yield {
          type: 'thread.item.updated',
          item_id: item.id,
          update: { type: 'workflow.task.updated', task_index: 0, task: found },
        }
        const tasks = [found, thought]
        const workflow = { type: 'custom' as const, tasks, summary: { duration: 3.2 }, expanded: false }
        yield done({ ...item, workflow } as ThreadItem)
        yield* scriptedAnswer(turn, [{ text: 'There.' }])
      })
      const page = await ask()
      const summary = page.locator('.chat-workflow summary')
      await summary.getByText('Searching the course').waitFor()
      expect(await page.getByText('Thinking…').isVisible()).toBe(false)
      gate.resolve()
      await summary.getByText('Worked for 3 seconds').waitFor()
      const link = page.getByRole('link', { name: source.title })
      expect(await link.isVisible()).toBe(false)
      await isIdle(page)
      await expectNoViolations(page)
      await summary.focus()
      await page.keyboard.press('Enter')
      await page.getByText('Searched the course double cover (done)').waitFor()
      expect(await page.locator('.chat-task strong').textContent()).toBe('fits')
      await expectNoViolations(page)
      await link.click()
      await expect.poll(() => page.evaluate(() => location.hash)).toBe('#the-double-cover-q-and-q')
    })

    it('shows each kind of item, and none that is not meant for people', async () => {
      site.answerWith(async function* (turn) {
        const task = {
          type: 'custom' as const,
          title: 'Looked at the page',
          status_indicator: 'complete' as const,
        }
        yield done(itemOf(turn, 'task', { task }))
        yield done(itemOf(turn, 'generated_image', { image: { id: 'dot', url: DOT } }))
        const foreign = { id: 'far', url: 'https://tracker.example.test/a.png' }
        yield done(itemOf(turn, 'generated_image', { image: foreign }))
        yield done(itemOf(turn, 'hidden_context_item', { content: 'A secret note' }))
        yield done(itemOf(turn, 'end_of_turn', {}))
      })
      const page = await ask({ viewport: { width: 320, height: 568 } })
      await isIdle(page)
      const shown = await page.locator('.chat-message h3').allTextContents()
      expect(shown).toEqual(['You', 'Step', 'Image', 'Image'])
      await page.getByText('Looked at the page').waitFor()
      expect(await page.getByRole('img', { name: 'Generated image' }).count()).toBe(1)
      await expectNoViolations(page)
    })

    it('shows what a message quotes and names, and the sources that have no address by their names', async () => {
      site.answerWith(async function* (turn) {
        const sources = [
          { type: 'file' as const, title: 'Datasheet', filename: 'lidar.pdf' },
          { type: 'entity' as const, id: 'e1', title: 'The rover', interactive: false, data: {} },
          { type: 'url' as const, title: 'A trap', url: 'javascript:document.title=1' },
        ]
        const annotations = sources.map((source) => ({ type: 'annotation' as const, source, index: 4 }))
        const content = [{ type: 'output_text' as const, text: 'Yes.', annotations }]
        yield done(itemOf(turn, 'assistant_message', { content }))
      })
      panel = await openVisit(browser, site)
      const { page } = panel
      await panel.signIn()
      await page.route('**/chatkit', async (route) => {
        const body = route.request().postDataJSON()
        if (body.type !== 'threads.create') return route.continue()
        const tag = { type: 'input_tag', id: 't1', text: '@lesson', data: {} }
        const input = { ...body.params.input, quoted_text: 'Four numbers.' }
        input.content = [...input.content, tag]
        return route.continue({ postData: JSON.stringify({ ...body, params: { input } }) })
      })
      await panel.ask('About this: ')
      await isIdle(page)
      expect(await page.locator('.chat-message-user blockquote').textContent()).toBe('Four numbers.')
      expect(await page.locator('.chat-message-user p').textContent()).toBe('About this:@lesson')
      expect(await page.locator('.chat-sources li').allTextContents()).toEqual([
        'Datasheet',
        'The rover',
        'A trap',
      ])
      expect(await page.locator('.chat-sources a, .chat-citation a').count()).toBe(0)
      await expectNoViolations(page)
    })

    describe('questions of the assistant', () => {
      const inputs = [
        {
          type: 'multiple_choice' as const,
          id: 'robot',
          question: 'Which robot do you have?',
          options: [{ value: 'A rover' }, { value: 'An arm' }],
          multiple: false,
        },
        {
          type: 'multiple_choice' as const,
          id: 'sensors',
          question: 'What does it sense with?',
          options: [{ value: 'Lidar' }, { value: 'Camera' }],
          multiple: true,
        },
        {
          type: 'freeform' as const,
          id: 'goal',
          question: 'What is it for?',
          description: 'A sentence will do.',
        },
        { type: 'freeform' as const, id: 'more', question: 'کیا اور کچھ؟' },
      ]

      async function questions(): Promise<Page> {
        site.answerWith(async function* (turn) {
          if (turn.userMessage) yield done(itemOf(turn, 'structured_input', { status: 'pending', inputs }))
          else yield* scriptedAnswer(turn, [{ text: 'Thank you.' }])
        })
        const page = await ask()
        await page.getByRole('button', { name: 'Send answers' }).waitFor()
        await isIdle(page)
        return page
      }

      it('are answered by keyboard, and stand there answered afterwards', async () => {
        const page = await questions()
        await expectNoViolations(page)
        await page.getByRole('button', { name: 'Send answers' }).click()
        await page.getByRole('alert').getByText('Answer at least one question').waitFor()
        await page.getByRole('radio', { name: 'A rover' }).focus()
        await page.keyboard.press('ArrowDown')
        await page.keyboard.press('Tab')
        await page.keyboard.press('Space')
        await page.keyboard.press('Tab')
        await page.keyboard.press('Space')
        await page.getByLabel('What is it for?').fill('Mapping')
        await page.getByRole('button', { name: 'Send answers' }).press('Enter')
        await page.getByRole('log').getByText('Thank you.').waitFor()
        const said = page.locator('.chat-input dd')
        const answers = ['An arm', 'Lidar', 'Camera', 'Mapping', 'Skipped']
        expect(await said.allTextContents()).toEqual(answers)
        await expectNoViolations(page)
        await page.reload()
        await said.first().waitFor()
        expect(await said.allTextContents()).toEqual(answers)
      })

      it('can be skipped', async () => {
        const page = await questions()
        await page.getByRole('button', { name: 'Skip' }).click()
        await page.getByText('You skipped these questions.').waitFor()
        await page.getByRole('log').getByText('Thank you.').waitFor()
      })

      it('keep what was filled in when the answers did not arrive', async () => {
        const page = await questions()
        await page.getByLabel('What is it for?').fill('Mapping')
        const refuse = { status: 503, json: { error: { code: 'unavailable' }, message: 'no' } }
        await page.route('**/chatkit', (route) => route.fulfill(refuse))
        await page.getByRole('button', { name: 'Send answers' }).click()
        await page.getByRole('alert').getByText('The course cannot answer right now.').waitFor()
        expect(await page.getByLabel('What is it for?').inputValue()).toBe('Mapping')
        await page.unroute('**/chatkit')
        await page.getByRole('button', { name: 'Try again' }).click()
        await page.getByRole('log').getByText('Thank you.').waitFor()
      })
    })

    describe('tools of the page', () => {
      const call = (
        turn: Turn<Learner>,
        name: string,
        args: Record<string, unknown>,
        n = 1,
      ): ThreadStreamEvent =>
        done(itemOf(turn, 'client_tool_call', { status: 'pending', call_id: `c${n}`, name, arguments: args }))

      async function outputsOf(turn: Turn<Learner>): Promise<unknown[]> {
        const { data } = await turn.store.listItems(turn.thread.id, {
          limit: 100,
          order: 'asc',
          include: 'all',
        })
        return data.flatMap((item) =>
          item.type === 'client_tool_call' && item.status === 'completed' ? [item.output] : [],
        )
      }

      it('open a lesson, where the answer goes on', async () => {
        const gate = Promise.withResolvers<void>()
        site.answerWith(async function* (turn) {
          const title = 'Mapping and localisation with SLAM'
          if (turn.userMessage) yield call(turn, 'open_lesson', { slug: '05-slam', title })
          else yield* scriptedAnswer(turn, [{ text: 'Here ' }, { text: 'it is.', after: gate.promise }])
        })
        const page = await ask()
        await page.waitForURL('**/lessons/05-slam')
        await page.getByRole('log').getByText('Here', { exact: true }).waitFor()
        gate.resolve()
        await page.getByRole('log').getByText('Here it is.').waitFor()
        await page.getByText('Opened the lesson “Mapping and localisation with SLAM”').waitFor()
        await expectNoViolations(page)
      })

      it('answer with an error where there is no such tool or lesson, one after the other', async () => {
        const names: [string, Record<string, unknown>][] = [
          ['fly', {}],
          ['open_lesson', { slug: '../session' }],
          ['open_lesson', { slug: '99-nothing' }],
          ['open_lesson', { slug: '03-quaternions' }],
        ]
        let said: unknown[] = []
        site.answerWith(async function* (turn) {
          said = await outputsOf(turn)
          const next = names[said.length]
          if (next) yield call(turn, ...next, said.length)
          else yield* scriptedAnswer(turn, [{ text: 'So be it.' }])
        })
        const page = await ask()
        await page.getByRole('log').getByText('So be it.').waitFor()
        expect(said).toEqual([
          { error: 'This page has no tool "fly".' },
          { error: 'slug: not the slug of a lesson.' },
          { error: 'There is no lesson "99-nothing".' },
          { opened: '/lessons/03-quaternions' },
        ])
        expect(await page.locator('.chat-tool-said').allTextContents()).toEqual([
          'This page could not help the assistant',
          'Did not open the lesson “../session”',
          'Did not open the lesson “nothing”',
          'Opened the lesson “quaternions”',
        ])
      })

      it('are offered after a reload, and not repeated by themselves', async () => {
        const outputs: string[] = []
        site.answerWith(async function* (turn) {
          if (turn.userMessage) yield call(turn, 'open_lesson', { slug: '05-slam' })
          else yield* scriptedAnswer(turn, [{ text: 'Here it is.' }])
        })
        panel = await openVisit(browser, site)
        const { page } = panel
        await panel.signIn()
        const isOutput = (body: string | null): boolean => body?.includes('add_client_tool_output') ?? false
        // The page is left before its answer arrives.
        await page.route('**/chatkit', (route) =>
          isOutput(route.request().postData()) ? route.abort() : route.continue(),
        )
        page.on('request', (request) => isOutput(request.postData()) && outputs.push(request.url()))
        await panel.ask('Go')
        await expect.poll(() => outputs.length).toBeGreaterThan(0)
        await page.reload()
        await page.unroute('**/chatkit')
        const offer = page.getByRole('button', { name: 'Open the lesson “slam”' })
        await offer.waitFor()
        const before = outputs.length
        await isIdle(page)
        expect(outputs.length).toBe(before)
        await expectNoViolations(page)
        await offer.click()
        await page.waitForURL('**/lessons/05-slam')
        await page.getByRole('log').getByText('Here it is.').waitFor()
      })
    })
  },
)
