import { OpenAIProvider, setDefaultModelProvider } from '@openai/agents'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ModelDouble, type ModelReply, openModelDouble } from '../src/testing/index.ts'
import { answers, ask } from './ask.ts'

const person = { userId: 'ada', language: 'de' as const, plan: 'school' as const }

let model: ModelDouble

// One for each test: a guardrail may trip before its model was asked, and leave a reply behind.
beforeEach(async () => {
  model = await openModelDouble()
  setDefaultModelProvider(new OpenAIProvider({ apiKey: 'test', baseURL: model.baseUrl }))
})
afterEach(() => model.close())

const call = (name: string, args: Record<string, unknown> = {}): ModelReply => ({
  output: [{ type: 'tool_call', name, arguments: args }],
})

const sentJson = (): string => JSON.stringify(model.requests.map(({ body }) => body))

const guides = [
  'quickstart',
  'tools',
  'client-tools',
  'widgets',
  'guardrails',
  'approvals',
  'context',
  'history',
  'other-models',
  'testing',
]

describe('a guide', () => {
  it.each(guides)('%s shows a file that is run here, word for word', (name) => {
    const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
    expect(read(`../../../docs/guides/${name}.md`)).toContain(`\`\`\`ts\n${read(`guides/${name}.ts`)}\`\`\``)
  })

  it('quickstart answers, in 25 lines at most', async () => {
    model.enqueue('A node is a process.')
    const { server, http } = await import('./guides/quickstart.ts')
    expect(answers(await ask(server, person))).toEqual(['A node is a process.'])
    expect(http.listening).toBe(false)
    const lines = readFileSync(new URL('guides/quickstart.ts', import.meta.url), 'utf8').split('\n').length
    expect(lines).toBeLessThanOrEqual(25)
  })

  it('tools shows, cites and remembers', async () => {
    model.enqueue(call('search_lessons', { query: 'nodes' }), 'A node is a process.')
    const { server } = await import('./guides/tools.ts')
    const json = JSON.stringify(await ask(server, person))
    expect(json).toContain('Durchsucht die Lektionen')
    expect(json).toContain('https://course.example/nodes')
    expect(json).toContain('Searching for nodes')
  })

  it('client-tools asks the page', async () => {
    model.enqueue(call('read_selection'))
    const { server } = await import('./guides/client-tools.ts')
    expect(JSON.stringify(await ask(server, person))).toContain('"type":"client_tool_call"')
  })

  it('widgets shows one that grows', async () => {
    model.enqueue(call('show_plan'), 'Here it is.')
    const { server } = await import('./guides/widgets.ts')
    const events = await ask(server, person)
    expect(JSON.stringify(events)).toContain('widget.streaming_text.value_delta')
    expect(answers(events)).toEqual(['Here it is.'])
  })

  it('guardrails answers in other words', async () => {
    model.enqueue('Sure, here is your essay.')
    const { server } = await import('./guides/guardrails.ts')
    const events = await ask(server, person, { text: 'Do my homework' })
    expect(answers(events).at(-1)).toBe('I explain, but I do not do homework.')
  })

  it('approvals asks before it sends', async () => {
    model.enqueue(call('mail_teacher', { text: 'I am ill.' }))
    const { server, sent } = await import('./guides/approvals.ts')
    const json = JSON.stringify(await ask(server, person))
    expect(json).toContain('Send this mail to your teacher?')
    expect(json).toContain('I am ill.')
    expect(sent).toEqual([])
  })

  it('context gives facts to the instructions and the page as data', async () => {
    model.enqueue('Yes.')
    const { server } = await import('./guides/context.ts')
    await ask(server, person, { metadata: { page: { title: 'Topics' } } })
    const { instructions } = model.requests[0]?.body ?? {}
    expect(instructions).toContain('- plan: "school"')
    expect(instructions).not.toContain('Topics')
    expect(sentJson()).toContain('<page_title>Topics</page_title>')
  })

  it('history sends what fits, and a word about the rest', async () => {
    model.enqueue('One.', 'Two.')
    const { server } = await import('./guides/history.ts')
    const events = await ask(server, person, { text: 'First' })
    const created = events.find((event) => event.type === 'thread.created')
    await ask(server, person, { threadId: created?.thread.id ?? '', text: 'Second' })
    expect(JSON.stringify(model.requests.at(-1)?.body)).not.toContain('First')
    expect(sentJson()).toContain('earlier entries are left out.')
  })

  it('other-models speaks Chat Completions', async () => {
    model.enqueue('Locally.')
    const { localTutor } = await import('./guides/other-models.ts')
    const question = { input: { inference_options: { model: 'large' } } }
    expect(answers(await ask(localTutor(model.baseUrl), person, question))).toEqual(['Locally.'])
    expect(model.requests[0]).toMatchObject({ api: 'chat-completions', body: { model: 'large' } })
  })

  it('testing needs no network', async () => {
    const { askTutor } = await import('./guides/testing.ts')
    const { types, instructions } = await askTutor('What is a node?')
    expect(types).toContain('thread.item.done')
    expect(instructions).toBe('You are a tutor.')
  })
})
