import { expect, it } from 'vitest'

it('exports from the main entry what was chosen', async () => {
  expect(Object.keys(await import('../src/index.ts')).toSorted()).toEqual([
    'MAX_DOCUMENT_CHARS',
    'MAX_PDF_BYTES',
    'RagError',
    'createCitations',
    'createLocalEmbedder',
    'createOpenAIEmbedder',
    'defineSearchTool',
    'loadFolder',
    'openKnowledgeBase',
    'readableText',
    'searchTask',
  ])
})

it('exports from ./agents what needs the Agents SDK, and nothing else', async () => {
  expect(Object.keys(await import('../src/agents.ts'))).toEqual(['createSearchTool'])
})
