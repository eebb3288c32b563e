import { expect, it } from 'vitest'
import { openKnowledgeBase, type KnowledgeBase, type SearchOptions, type SearchTrace } from '../src/index.ts'
import { onEachVectorDatabase } from './databases.ts'
import { oracleEmbedder } from './oracle-embedder.ts'

const sections = (id: string, ...texts: string[]): { id: string; title: string; text: string } => ({
  id,
  title: id,
  text: texts.map((text, n) => `## Part ${n}\n\n${text}`).join('\n\n'),
})

onEachVectorDatabase(({ db, newSchema }) => {
  let opened: Promise<KnowledgeBase> | undefined
  const knowledge = (): Promise<KnowledgeBase> => {
    opened ??= openKnowledgeBase({
      db: db(),
      schema: newSchema(),
      embedder: oracleEmbedder([['servo', 'actuator'], ['gear']]),
    }).then(async (base) => {
      await base.ingest([
        sections(
          'long',
          'A servo.',
          'A servo, too.',
          'A servo again.',
          'One more servo.',
          'Gears only.',
          'The end.',
        ),
        sections('short', 'The servo of the arm is described here with more words than elsewhere.'),
        sections('other', 'Beginning.', 'Here a servo stands between other things.', 'Ending.'),
      ])
      return base
    })
    return opened
  }
  const MODES = (['lexical', 'vector', 'hybrid'] as const).map((mode) => ({ mode }))
  const idsOf = async (query: string, options: SearchOptions): Promise<string[]> =>
    (await (await knowledge()).search(query, options)).map(({ documentId }) => documentId)

  it.each(MODES)(
    'gives at most so many passages of one document, and fills up with others (%j)',
    async (mode) => {
      expect(await idsOf('servo', { ...mode, limit: 3 })).toContain('long')
      const one = await idsOf('servo', { ...mode, maxPerDocument: 1, limit: 3 })
      expect(one.toSorted()).toEqual(['long', 'other', 'short'])
      const two = await idsOf('servo', { ...mode, maxPerDocument: 2, limit: 4 })
      expect(two.filter((id) => id === 'long')).toHaveLength(2)
      expect(new Set(two).size).toBe(3)
    },
  )

  it.each(MODES)('passes over a document that has all of the best chunks (%j)', async (mode) => {
    const base = await openKnowledgeBase({
      db: db(),
      schema: newSchema(),
      embedder: oracleEmbedder([['servo', 'actuator'], ['gear']]),
    })
    await base.ingest([
      sections('many', ...Array.from({ length: 150 }, () => 'Servo!')),
      sections('one', 'In this text, which is much longer than the others are, stands the word servo once.'),
    ])
    const found = await base.search('servo', { ...mode, maxPerDocument: 2 })
    expect(found.map(({ documentId }) => documentId).toSorted()).toEqual(['many', 'many', 'one'])
  })

  it.each(MODES)('leaves out what scores below the least (%j)', async (mode) => {
    const base = await knowledge()
    const all = await base.search('servo', { ...mode, limit: 50 })
    const minScore = all[2]?.score ?? 0
    const some = await base.search('servo', { ...mode, limit: 50, minScore })
    expect(some).toEqual(all.filter(({ score }) => score >= minScore))
    expect(some.length).toBeGreaterThanOrEqual(3)
    expect(await base.search('servo', { ...mode, minScore: 1_000 })).toEqual([])
  })

  it('leaves out what has few of the words of the best, and fills nothing up', async () => {
    const base = await knowledge()
    const all = await base.search('servo', { mode: 'lexical', limit: 50 })
    const best = all[0]?.score ?? 0
    const share = ((all[1]?.score ?? 0) + (all.at(-1)?.score ?? 0)) / 2 / best
    const some = await base.search('servo', { mode: 'lexical', limit: 50, minWordShare: share })
    expect(some).toEqual(all.filter(({ score }) => score >= share * best))
    expect(some.length).toBeGreaterThan(0)
    expect(some.length).toBeLessThan(all.length)
  })

  it.each(MODES)('puts the page that the reader is on in front (%j)', async (mode) => {
    const boosts = [{ documentIds: ['other'], factor: 20 }]
    expect((await idsOf('servo', { ...mode, boosts }))[0]).toBe('other')
    expect((await idsOf('servo', mode))[0]).not.toBe('other')
    const behind = await idsOf('servo', {
      mode: 'lexical',
      boosts: [{ documentIds: ['long'], factor: 0.01 }],
    })
    expect(behind.slice(0, 2).toSorted()).toEqual(['other', 'short'])
  })

  it('brings what stands around a passage, each chunk once', async () => {
    const base = await knowledge()
    const [passage] = await base.search('things', { limit: 1, context: { before: 1, after: 5 } })
    expect(passage?.context).toEqual({
      before: [{ headingPath: ['Part 0'], text: 'Beginning.', range: { start: 11, end: 21 } }],
      after: [expect.objectContaining({ headingPath: ['Part 2'], text: 'Ending.' })],
    })
    const found = await base.search('servo', {
      limit: 4,
      mode: 'lexical',
      filter: {},
      context: { before: 9, after: 9 },
    })
    const shown = found.flatMap(({ documentId, range, context }) =>
      [{ range }, ...(context?.before ?? []), ...(context?.after ?? [])].map(
        (piece) => `${documentId} ${piece.range.start}`,
      ),
    )
    expect(new Set(shown).size).toBe(shown.length)
    expect((await base.search('things', { limit: 1 }))[0]).not.toHaveProperty('context')
  })

  it('tells what stands around a passage that was cited earlier, if it still stands there', async () => {
    const base = await knowledge()
    const place = { collection: 'default', documentId: 'other' }
    const [passage] = await base.search('things', { limit: 1 })
    const around = await base.neighbours({ ...place, range: passage?.range ?? { start: 0, end: 0 } })
    expect([around.before.length, around.after.length]).toEqual([1, 1])
    for (const gone of [
      { ...place, range: { start: 1, end: 2 } },
      { ...place, documentId: 'x', range: { start: 0, end: 1 } },
    ])
      expect(await base.neighbours(gone)).toEqual({ before: [], after: [] })
  })

  it('looks for what a hook makes of the question, and says so', async () => {
    const traces: SearchTrace[] = []
    const found = await idsOf('And what about it?', {
      mode: 'lexical',
      rewriteQuery: async (query) => `${query} gears`,
      onTrace: (trace) => void traces.push(trace),
    })
    expect(found).toEqual(['long'])
    expect(traces).toEqual([{ query: 'And what about it? gears', mode: 'lexical' }])
  })

  it('takes the order of a hook, and nothing that it makes up', async () => {
    let given = 0
    const rerank: SearchOptions['rerank'] = (query, passages) => {
      expect(query).toBe('servo')
      given = passages.length
      const [first, ...rest] = passages.toReversed()
      if (!first) return []
      return [{ ...first, documentId: 'made-up' }, first, first, ...rest]
    }
    const plain = await (await knowledge()).search('servo', { mode: 'lexical', limit: 30 })
    const found = await (await knowledge()).search('servo', { mode: 'lexical', limit: 2, rerank })
    expect(given).toBe(plain.length)
    expect(found).toEqual(plain.toReversed().slice(0, 2))
    await idsOf('servo', { mode: 'lexical', limit: 1, rerankLimit: 3, rerank })
    expect(given).toBe(3)
    const nothing = await idsOf('xyzzy', { mode: 'lexical', rerank: () => expect.fail('asked for nothing') })
    expect(nothing).toEqual([])
  })

  it('lets errors of hooks through, and ends with the reason of the signal', async () => {
    const broken = { rerank: () => Promise.reject(new Error('no reranker')) }
    await expect(idsOf('servo', broken)).rejects.toThrow('no reranker')
    const stop = new AbortController()
    const reason = new Error('gone')
    const rewriteQuery = (query: string): string => {
      stop.abort(reason)
      return query
    }
    await expect(idsOf('servo', { rewriteQuery, signal: stop.signal })).rejects.toBe(reason)
  })

  it.each<[SearchOptions, string]>([
    [{ limit: 0 }, 'limit is 0; give a whole number from 1 to 100'],
    [{ rerankLimit: 101 }, 'rerankLimit is 101'],
    [{ maxPerDocument: 0.5 }, 'maxPerDocument is 0.5'],
    [{ vectorWeight: 1.1 }, 'vectorWeight is 1.1; give a number from 0 to 1'],
    [{ vectorWeight: Number.NaN }, 'vectorWeight is NaN'],
    [{ minScore: Number.NaN }, 'minScore is NaN'],
    [{ minWordShare: 1.5 }, 'minWordShare is 1.5'],
    [{ context: { before: 11 } }, 'context.before is 11'],
    [{ boosts: [{ documentIds: [], factor: -1 }] }, 'boosts[].factor is -1'],
  ])('refuses %j', async (options, message) => {
    await expect(idsOf('servo', options)).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining(message),
    })
  })
})
