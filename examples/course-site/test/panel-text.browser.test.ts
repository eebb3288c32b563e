import { expect, it } from 'vitest'
import { describeInBrowser, DOUBLE_COVER } from './panel-visit.ts'
import { scriptedAnswer } from './scripted-site.ts'

describeInBrowser('the text of an answer in the chat panel', (visit) => {
  it('shows hostile Markdown as harmless text', async () => {
    const lines = [
      '<img src=x onerror="document.title=1"><script>document.title=1</script>',
      '![picture](https://attacker.test/pixel.png)',
      '[script](javascript:document.title=1) [data](data:text/html,hi) [off](https://example.test/a) [on](/lessons/04-sensors)',
      '<a href="//example.test" style="position:fixed" id="main" onclick="document.title=1">styled</a>',
    ]
    const source = { title: '<b>bold</b>', url: 'javascript:document.title=1' }
    visit.site.answerWith((turn) => scriptedAnswer(turn, [{ text: lines.join('\n\n'), cites: source }]))
    const requests: string[] = []
    visit.page.on('request', (request) => requests.push(request.url()))
    await visit.signIn()
    await visit.ask('Attack?')
    await visit.finished().waitFor()
    const links = await visit
      .answers()
      .locator('a')
      .evaluateAll((all) =>
        all.map((link) => [
          link.textContent,
          (link as HTMLAnchorElement).href,
          (link as HTMLAnchorElement).rel,
        ]),
      )
    expect(links).toEqual([
      ['off', 'https://example.test/a', 'noopener noreferrer'],
      ['on', `${visit.site.url}/lessons/04-sensors`, ''],
    ])
    expect(await visit.answers().locator('img, script, [style], [id], [onclick]').count()).toBe(0)
    expect(await visit.page.locator('.chat-sources li').textContent()).toBe('<b>bold</b>')
    expect(await visit.page.title()).toContain('Quaternions')
    expect(requests.filter((url) => !url.startsWith(visit.site.url) && url !== 'data:,')).toEqual([])
  })

  it('writes each paragraph in the direction of its text', async () => {
    visit.site.answerWith((turn) =>
      scriptedAnswer(turn, [{ text: 'کواٹرنین چار اعداد ہیں۔\n\nFour numbers.', cites: DOUBLE_COVER }]),
    )
    await visit.signIn()
    await visit.ask('کواٹرنین کیا ہے؟')
    await visit.finished().waitFor()
    const directions = await visit.page
      .locator('.chat-message p[dir]')
      .evaluateAll((all) => all.map((node) => getComputedStyle(node).direction))
    expect(directions).toEqual(['rtl', 'rtl', 'ltr'])
  })

  it('keeps numbers inside: of lists, and of citations behind their words', async () => {
    const text = 'بٹن موٹر کی بجلی کاٹے اور رکے۔'.repeat(2)
    visit.site.answerWith((turn) =>
      scriptedAnswer(turn, [{ text, cites: DOUBLE_COVER }, { text: '\n\n1. پہلا قدم\n2. Second' }]),
    )
    await visit.open({ viewport: { width: 320, height: 640 } })
    await visit.signIn()
    await visit.converse('کیسے؟')
    const marginsPx = await visit
      .answers()
      .locator('li')
      .evaluateAll((items) =>
        items.map((item) => {
          const { left, right } = item.getBoundingClientRect()
          const list = item.parentElement!.getBoundingClientRect()
          return [left - list.left, list.right - right].map(Math.round)
        }),
      )
    const [rtl, ltr] = marginsPx
    expect(rtl?.[0]).toBe(0)
    expect(rtl?.[1]).toBeGreaterThan(15)
    expect(ltr).toEqual(rtl?.toReversed())
    // At whatever width: the number never begins a line.
    const begins = await visit.answers().evaluate((answer) => {
      const paragraph = answer.querySelector<HTMLElement>('.chat-answer p')
      const mark = answer.querySelector('.chat-citation a')
      const words = paragraph?.firstChild
      if (!paragraph || !mark || !words?.textContent) return ['nothing to look at']
      const range = document.createRange()
      range.setStart(words, words.textContent.length - 1)
      range.setEnd(words, words.textContent.length)
      return Array.from({ length: 160 }, (_, less) => 280 - less).filter((width) => {
        paragraph.style.width = `${width}px`
        return Math.abs(range.getBoundingClientRect().bottom - mark.getBoundingClientRect().bottom) > 20
      })
    })
    expect(begins).toEqual([])
  })

  it('is read with the voice of its language', async () => {
    visit.site.answerWith(async function* (turn) {
      turn.thread.title = 'ROS 2 کیا ہے؟'
      yield* scriptedAnswer(turn, [
        { text: 'کواٹرنین **4** اعداد ہیں۔\n\n- چار\n\nFour numbers.' },
        { text: '', cites: { ...DOUBLE_COVER, title: 'محفوظ روبوٹ' } },
      ])
    })
    await visit.signIn()
    await visit.ask('کواٹرنین کیا ہے؟')
    await visit.finished().waitFor()
    const languageOf = (words: string) =>
      visit
        .said(words)
        .first()
        .evaluate((node) => node.closest('[lang]')?.getAttribute('lang'))
    for (const words of ['کواٹرنین کیا ہے؟', 'اعداد ہیں', 'چار', 'محفوظ روبوٹ']) {
      expect(await languageOf(words)).toBe('ur')
    }
    for (const words of ['Four numbers.', 'Sources']) expect(await languageOf(words)).toBe('en')
    // By its first letter, as its direction is.
    expect(await visit.page.locator('.chat-thread-title').getAttribute('lang')).toBeNull()
    await visit.page.getByRole('button', { name: 'New conversation' }).click()
    await visit.converse('Four?')
  })
})
