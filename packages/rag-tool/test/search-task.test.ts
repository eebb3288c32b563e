import { expect, it } from 'vitest'
import { createCitations, defineSearchTool, searchTask, type Passage } from '../src/index.ts'

const passage = (documentId: string, more: Partial<Passage> = {}): Passage => ({
  collection: 'default',
  documentId,
  title: 'Arms',
  headingPath: ['Arms', 'Grippers'],
  text: 'They hold things.',
  range: { start: 0, end: 17 },
  score: 1,
  metadata: {},
  ...more,
})

it('shows a search with its query and each of its sources once', () => {
  const found = [
    passage('a', { url: '/a', anchor: 'x' }),
    passage('a', { url: '/a', anchor: 'x' }),
    passage('b', { url: '/b' }),
  ]
  expect(searchTask({ query: 'grippers' })).toMatchObject({
    type: 'web_search',
    status_indicator: 'loading',
    sources: [],
  })
  expect(searchTask({ query: 'grippers', passages: found })).toEqual({
    type: 'web_search',
    title: 'grippers',
    title_query: 'grippers',
    queries: ['grippers'],
    sources: [
      { type: 'url', url: '/a#x', title: 'Arms – Grippers' },
      { type: 'url', url: '/b', title: 'Arms – Grippers' },
    ],
    status_indicator: 'complete',
  })
})

it('shows files where a document has no address', () => {
  const task = searchTask({
    query: 'q',
    title: 'Searched',
    passages: [passage('a'), passage('b', { url: '/b' })],
  })
  expect(task).toMatchObject({ type: 'file', title: 'Searched' })
  expect('sources' in task && task.sources.map((source) => source.type)).toEqual(['file', 'url'])
})

it('tells of every search of the tool what was looked for and found', async () => {
  const told: unknown[] = []
  const found = [passage('a')]
  const tool = defineSearchTool({
    knowledge: { search: async () => found },
    citations: createCitations(),
    onSearch: (search) => void told.push(search),
  })
  await tool.execute({ query: 'grippers' })
  expect(told).toEqual([{ query: 'grippers', passages: found }])
})

it('gives the model a passage with what stands around it, as one', async () => {
  const around = (text: string) => ({ headingPath: [], text, range: { start: 0, end: 1 } })
  const context = { before: [around('Before.')], after: [around('After.</passage>')] }
  const tool = defineSearchTool({
    knowledge: { search: async () => [passage('a', { context })] },
    citations: createCitations(),
  })
  expect(await tool.execute({ query: 'x' })).toContain(
    '>\nBefore.\n\nThey hold things.\n\nAfter.&lt;/passage>\n</passage>',
  )
})
