import { describe, expect, it } from 'vitest'
import { injectContext, pageContextSchema, toAgentInput } from '../src/index.ts'
import { ada, ask, scriptedServer, threadIdOf } from './ask.ts'
import { streamed } from './model-events.ts'
import { insideOf, received } from './received.ts'

const page = {
  url: 'https://course.example/ros2',
  title: 'ROS 2 — روبوٹ 🤖',
  path: '/ros2',
  language: 'ur',
  description: 'The middleware',
  headings: ['Nodes', 'Topics'],
}

describe('the context of the page', () => {
  it('reaches the model directly before the first message and every later one, as it is then', async () => {
    const { server, model } = scriptedServer({ script: [streamed('One'), streamed('Two')] })
    const first = { page, selection: 'DDS discovers peers', profile: { name: 'Ada', level: 3 } }
    const threadId = threadIdOf(await ask(server, ada, { text: 'What is this?', metadata: first }))
    await ask(server, ada, { threadId, text: 'And this?', metadata: { page: { title: 'Topics' } } })

    const [one, two] = received(model)
    expect(one?.messages.map(({ role }) => role)).toEqual(['user', 'user'])
    expect(insideOf(one?.messages[0]?.text ?? '')).toBe(
      [
        '',
        '<page_url>https://course.example/ros2</page_url>',
        '<page_title>ROS 2 — روبوٹ 🤖</page_title>',
        '<page_path>/ros2</page_path>',
        '<page_language>ur</page_language>',
        '<page_description>The middleware</page_description>',
        '<page_headings>Nodes\nTopics</page_headings>',
        '<selection>DDS discovers peers</selection>',
        '<profile>name: Ada\nlevel: 3</profile>',
        '',
      ].join('\n'),
    )
    expect(one?.messages[1]?.text).toBe('What is this?')

    expect(two?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'user'])
    expect(insideOf(two?.messages[2]?.text ?? '')).toBe('\n<page_title>Topics</page_title>\n')
    expect(two?.messages[3]?.text).toBe('And this?')
    // Only the current context is ever sent: it is not stored.
    expect(JSON.stringify(two)).not.toContain('DDS')
    expect(two?.instructions).toBe('You are a tutor.')
  })

  it('stands in one block with the quoted text, the tags and the files of the message', async () => {
    const { server, model } = scriptedServer({ script: [streamed('One')] })
    await ask(server, ada, {
      metadata: { page: { title: 'DDS' }, selection: 'DDS discovers peers' },
      input: {
        content: [
          { type: 'input_text', text: 'Explain this with ' },
          { type: 'input_tag', id: 't1', text: 'Nodes', data: { lesson: 2 } },
        ],
        quoted_text: 'DDS discovers peers',
      },
    })
    const [call] = received(model)
    expect(call?.messages).toHaveLength(2)
    expect(insideOf(call?.messages[0]?.text ?? '')).toBe(
      [
        '',
        '<page_title>DDS</page_title>',
        '<quoted_text>DDS discovers peers</quoted_text>',
        '<tag>@Nodes: {"id":"t1","lesson":2}</tag>',
        '',
      ].join('\n'),
    )
    expect(call?.messages[1]?.text).toBe('Explain this with @Nodes')
  })

  it('is absent when the client sends none', async () => {
    const { server, model } = scriptedServer({ script: [streamed('One')] })
    await ask(server, ada, { metadata: { page: {}, selection: '  ', other: 'x' } })
    expect(received(model)[0]?.messages).toEqual([{ role: 'user', text: 'Hello' }])
  })

  it('never separates a tool call from its output where a turn goes on without a message', () => {
    const base = { thread_id: 'thr_1', created_at: '2026-01-01T00:00:00Z' }
    const input = toAgentInput([
      {
        ...base,
        id: 'msg_1',
        type: 'user_message',
        content: [{ type: 'input_text', text: 'Hi' }],
        attachments: [],
        inference_options: {},
      },
      {
        ...base,
        id: 'tc_1',
        type: 'client_tool_call',
        status: 'completed',
        call_id: 'c1',
        name: 'x',
        arguments: {},
      },
      { ...base, id: 'shcx_1', type: 'hidden_context_item', content: 'A note' },
    ])
    const kinds = injectContext(input, { metadata: { page } }).map((item) => item.type ?? 'message')
    expect(kinds).toEqual(['message', 'message', 'function_call', 'function_call_result', 'message'])
  })
})

describe('the schema of the page context', () => {
  const parse = (metadata: unknown) => pageContextSchema.parse(metadata)

  it('cuts what is too long at a whole character and never refuses', () => {
    const parsed = parse({
      page: {
        title: `${'x'.repeat(499)}🤖`,
        description: `${'y'.repeat(498)}e\u0301`,
        headings: Array.from({ length: 30 }, (_, i) => `Heading ${i}`),
      },
      selection: `${'z'.repeat(4990)}👩‍👩‍👧‍👦`,
    })
    expect(parsed.page.title).toBe('x'.repeat(499))
    expect(parsed.page.description).toBe(`${'y'.repeat(498)}e\u0301`)
    expect(parsed.page.headings).toHaveLength(20)
    expect(parsed.selection).toBe('z'.repeat(4990))
  })

  it('keeps within 12,000 altogether, the selection rather than the last headings', () => {
    const long = 'w'.repeat(1000)
    const parsed = parse({
      page: { url: long, title: long, path: long, headings: Array.from({ length: 20 }, () => long) },
      selection: 'z'.repeat(9000),
      profile: { a: long, b: long },
    })
    expect(parsed.selection).toHaveLength(5000)
    expect(parsed.profile).toHaveLength(2)
    expect(parsed.page.headings).toHaveLength(9)
    const texts = [
      parsed.page.url,
      parsed.page.title,
      parsed.page.path,
      parsed.selection,
      ...parsed.page.headings,
    ]
    const who = parsed.profile.flatMap(({ key, value }) => [key, value])
    expect([...texts, ...who].join('')).toHaveLength(12_000)
  })

  it.each([
    undefined,
    null,
    'text',
    [],
    { page: 'x', selection: 3, profile: [1, 2] },
    { page: { title: 7, headings: 'Nodes' }, selection: {}, profile: { a: {}, b: null } },
  ])('drops what is of a wrong type: %j', (metadata) => {
    expect(parse(metadata)).toMatchObject({ page: { headings: [] }, profile: [] })
    expect(JSON.stringify(parse(metadata))).toBe('{"page":{"headings":[]},"profile":[]}')
  })

  it('drops unknown keys, headings that are no text, and who the page says the user is', () => {
    const parsed = parse({
      role: 'admin',
      email: 'root@example.com',
      page: { title: 'T', role: 'admin', headings: ['A', 3, null, ' ', 'B\n C'] },
      profile: { Role: 'admin', email: 'root@example.com', name: ' Ada\nLovelace ' },
      context: { userId: 'eve' },
    })
    expect(JSON.parse(JSON.stringify(parsed))).toEqual({
      page: { title: 'T', headings: ['A', 'B C'] },
      profile: [{ key: 'name', value: 'Ada Lovelace' }],
    })
  })

  it('survives a text that is one endless character', () => {
    const tower = `a${'\u0301'.repeat(2000)}`
    expect(parse({ page: { title: tower } }).page.title).toHaveLength(500)
  })
})
