import { expect, it } from 'vitest'
import {
  createCitations,
  defineSearchTool,
  openKnowledgeBase,
  type Document,
  type KnowledgeBase,
  type Passage,
  type SearchOptions,
} from '../src/index.ts'
import { onEachVectorDatabase } from './databases.ts'
import { oracleEmbedder } from './oracle-embedder.ts'

const ADA = ['ada', 'teachers']
const GRACE = ['grace']
const notes = (who: string): string =>
  `# Notes of ${who}\n\n## One\n\nThe robot of ${who} has an arm.\n\n## Two\n\nBehind it stands ${who}.\n`

const DOCUMENTS: Document[] = [
  { id: 'open', text: notes('everyone') },
  { id: 'ada', text: notes('Ada'), visibleTo: ['ada'], metadata: { kind: 'note' } },
  { id: 'staff', text: notes('the staff'), visibleTo: ['teachers', 'staff'], metadata: { kind: 'note' } },
  { id: 'grace', text: notes('Grace'), visibleTo: ['grace'], metadata: { kind: 'note' } },
  { id: 'nobody', text: notes('nobody'), visibleTo: [], metadata: { kind: 'note' } },
  { id: 'quoted', text: notes('quotes'), visibleTo: [`x' or '1'='1`, '{ada}'] },
]

onEachVectorDatabase(({ db, newSchema }) => {
  let opened: Promise<KnowledgeBase> | undefined
  const knowledge = (): Promise<KnowledgeBase> => {
    opened ??= openKnowledgeBase({
      db: db(),
      schema: newSchema(),
      embedder: oracleEmbedder([['robot'], ['behind']]),
    }).then(async (base) => {
      await base.ingest(DOCUMENTS)
      return base
    })
    return opened
  }
  const ids = (passages: readonly Passage[]): string[] =>
    [...new Set(passages.map(({ documentId }) => documentId))].toSorted()

  const WAYS: SearchOptions[] = (['lexical', 'vector', 'hybrid'] as const).flatMap((mode) => [
    { mode },
    { mode, filter: { not: { kind: 'other' } } },
    { mode, maxPerDocument: 1 },
  ])

  it.each(WAYS)('shows two askers what each may read, and nothing else (%j)', async (way) => {
    const search = async (visibleTo?: string[]): Promise<string[]> => {
      const options = { ...way, limit: 100, ...(visibleTo && { visibleTo }) }
      return ids(await (await knowledge()).search('robot arm', options))
    }
    expect(await search(ADA)).toEqual(['ada', 'open', 'staff'])
    expect(await search(GRACE)).toEqual(['grace', 'open'])
    expect(await search()).toEqual(['open'])
    expect(await search([])).toEqual(['open'])
    expect(await search([`x' or '1'='1`])).toEqual(['open', 'quoted'])
    expect(await search([`' or visible_to is not null --`, '{grace}', 'grac'])).toEqual(['open'])
  })

  it('limits neighbours to what the asker may read', async () => {
    const base = await knowledge()
    const [own] = await base.search('robot', {
      visibleTo: GRACE,
      filter: { kind: 'note' },
      context: { after: 1 },
      limit: 1,
    })
    expect(own?.documentId).toBe('grace')
    if (!own) return
    expect(own.context?.after.map(({ text }) => text)).toEqual(['Behind it stands Grace.'])
    const behind = { range: own.range, collection: 'default', documentId: 'grace' }
    expect((await base.neighbours(behind, { visibleTo: GRACE })).after).toHaveLength(1)
    for (const visibleTo of [ADA, [], undefined])
      expect(await base.neighbours(behind, visibleTo ? { visibleTo } : {})).toEqual({ before: [], after: [] })
  })

  it('gives the model, and cites, nothing that the asker may not read', async () => {
    const told = async (visibleTo: string[]): Promise<[string, unknown]> => {
      const citations = createCitations()
      const search = { visibleTo, context: { before: 1, after: 1 }, limit: 50 }
      const tool = defineSearchTool({ knowledge: await knowledge(), citations, search })
      const text = await tool.execute({ query: 'robot' })
      const item = {
        type: 'assistant_message' as const,
        id: 'm',
        thread_id: 't',
        created_at: '2030-01-01T00:00:00Z',
        content: [
          {
            type: 'output_text' as const,
            text: Array.from({ length: 60 }, (_, n) => `【${n}】`).join(''),
            annotations: [],
          },
        ],
      }
      const cited = []
      const done = { type: 'thread.item.done' as const, item }
      for await (const event of citations.apply(
        (async function* () {
          yield done
        })(),
      ))
        cited.push(event)
      return [text, JSON.stringify(cited)]
    }
    const [ada, adaCited] = await told(ADA)
    expect(ada).toContain('Behind it stands Ada')
    expect(adaCited).toContain('Notes of Ada')
    expect(ada + String(adaCited)).not.toMatch(/Grace|nobody|quotes/)
    const [grace, graceCited] = await told(GRACE)
    expect(grace).toContain('Behind it stands Grace')
    expect(grace + String(graceCited)).not.toMatch(/Ada|staff|nobody|quotes/)
  })

  it('takes a change of who may read at once, though the text is the same', async () => {
    const base = await openKnowledgeBase({ db: db(), schema: newSchema() })
    await base.ingest([{ id: 'a', text: 'A robot.' }])
    expect(await base.search('robot')).toHaveLength(1)
    const report = await base.ingest([{ id: 'a', text: 'A robot.', visibleTo: ['ada'] }])
    expect(report.updated).toBe(1)
    expect(await base.search('robot')).toEqual([])
    expect(await base.search('robot', { visibleTo: ['ada'] })).toHaveLength(1)
  })
})
