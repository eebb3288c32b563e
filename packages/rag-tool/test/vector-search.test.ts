import { sql } from 'kysely'
import { expect, it } from 'vitest'
import {
  openKnowledgeBase,
  type Embedder,
  type KnowledgeBase,
  type SearchOptions,
  type SearchTrace,
} from '../src/index.ts'
import { tablesIn, vectorTableOf } from '../src/index/database.ts'
import { onEachVectorDatabase } from './databases.ts'
import { oracleEmbedder } from './oracle-embedder.ts'

const TOPICS = [
  ['turn', 'rotate', 'quaternion'],
  ['see', 'camera', 'lens'],
  ['grip', 'hold', 'hand'],
]
const embedder = oracleEmbedder(TOPICS)
const CROWD = 6_000

onEachVectorDatabase(({ db, newSchema }) => {
  const small = async (
    more: Partial<Parameters<typeof openKnowledgeBase>[0]> = {},
  ): Promise<KnowledgeBase> => {
    const knowledge = await openKnowledgeBase({ db: db(), schema: newSchema(), embedder, ...more })
    await knowledge.ingest([
      { id: 'motion', text: 'Quaternions rotate an arm.' },
      { id: 'seeing', text: 'A camera has a lens.' },
      { id: 'gripping', text: 'Two fingers hold a cup, and a lens lies beside.' },
    ])
    return knowledge
  }
  const idsOf = async (search: Promise<{ documentId: string }[]>): Promise<string[]> =>
    (await search).map(({ documentId }) => documentId)

  it('finds what shares no word with the question', async () => {
    const knowledge = await small()
    expect(await knowledge.search('turn', { mode: 'lexical' })).toEqual([])
    const [first] = await knowledge.search('turn', { mode: 'vector' })
    expect(first?.documentId).toBe('motion')
    expect(first?.score).toBeGreaterThan(0.99)
    expect((await idsOf(knowledge.search('turn')))[0]).toBe('motion')
  })

  it('joins both by their weights: worked out by hand', async () => {
    const knowledge = await small()
    // Only `seeing` and `gripping` have the word; only `seeing` lies near.
    const scores = async (options: SearchOptions): Promise<Record<string, number>> => {
      const found = await knowledge.search('lens', { ...options })
      return Object.fromEntries(found.map(({ documentId, score }) => [documentId, score]))
    }
    const words = await scores({ mode: 'lexical' })
    const near = await scores({ mode: 'vector' })
    const [least, most] = [Math.min(...Object.values(near)), Math.max(...Object.values(near))]
    for (const weight of [0, 0.3, 1]) {
      const both = await scores(weight === 0.3 ? {} : { vectorWeight: weight })
      for (const [id, score] of Object.entries(both)) {
        const lexical = (words[id] ?? 0) / Math.max(...Object.values(words))
        const vector = ((near[id] ?? 0) - least) / (most - least)
        expect(score).toBeCloseTo((1 - weight) * lexical + weight * vector, 6)
      }
      expect(Object.keys(both)).toHaveLength(3)
    }
    const ranked = await scores({ fusion: 'rrf' })
    const ranks = (of: Record<string, number>, id: string): number =>
      1 + Object.values(of).filter((score) => score > (of[id] ?? 0)).length
    for (const [id, score] of Object.entries(ranked)) {
      const lexical = id in words ? 0.7 / (60 + ranks(words, id)) : 0
      expect(score).toBeCloseTo(lexical + 0.3 / (60 + ranks(near, id)), 10)
    }
  })

  it('lets a few common words not stand before what lies near', async () => {
    const knowledge = await openKnowledgeBase({ db: db(), schema: newSchema(), embedder })
    await knowledge.ingest([
      { id: 'near', text: 'Quaternions.' },
      ...Array.from({ length: 20 }, (_, n) => ({ id: `far-${n}`, text: `An arm with the number ${n}.` })),
    ])
    const [first] = await knowledge.search('Which mathematical objects rotate the arm smoothly without lock?')
    expect(first?.documentId).toBe('near')
  })

  it('refuses an embedder of another model or dimension, and names both', async () => {
    const schema = newSchema()
    await small({ schema })
    for (const other of [oracleEmbedder(TOPICS, 'other-model'), { ...embedder, dimensions: 7 }]) {
      const again = openKnowledgeBase({ db: db(), schema, embedder: other })
      await expect(again).rejects.toMatchObject({ code: 'embedder_mismatch' })
      await expect(again).rejects.toThrow(`"oracle" (5 dimensions)`)
      await expect(again).rejects.toThrow(`"${other.model}" (${other.dimensions}`)
    }
    const lexical = await openKnowledgeBase({ db: db(), schema })
    expect(await idsOf(lexical.search('camera'))).toEqual(['seeing'])
    await expect(lexical.search('camera', { mode: 'vector' })).rejects.toMatchObject({
      code: 'invalid_option',
    })
  })

  it('searches several collections at once, and says which it does not know or cannot compare', async () => {
    const schema = newSchema()
    await small({ schema, collection: 'a' })
    const b = await openKnowledgeBase({ db: db(), schema, collection: 'b', embedder })
    await b.ingest([{ id: 'b', text: 'The camera of b.' }])
    for (const mode of ['lexical', 'vector', 'hybrid'] as const) {
      const found = await b.search('camera', { collections: ['a', 'b', 'a'], mode, limit: 2 })
      expect(found.map(({ collection, documentId }) => `${collection}/${documentId}`).toSorted()).toEqual([
        'a/seeing',
        'b/b',
      ])
      expect(await idsOf(b.search('camera', { mode }))).toEqual(['b'])
    }
    await expect(b.search('camera', { collections: ['a', 'none'] })).rejects.toMatchObject({
      code: 'unknown_collection',
      message: expect.stringContaining('"none"'),
    })
    await openKnowledgeBase({ db: db(), schema, collection: 'words' })
    const other = oracleEmbedder(TOPICS, 'other')
    await openKnowledgeBase({ db: db(), schema, collection: 'other', embedder: other })
    for (const [name, holds] of [
      ['words', 'has no vectors'],
      ['other', '"other" with 5 dimensions'],
    ])
      await expect(b.search('camera', { collections: ['a', name ?? ''] })).rejects.toMatchObject({
        code: 'embedder_mismatch',
        message: expect.stringContaining(holds ?? ''),
      })
    await expect(b.search('camera', { collections: [] })).rejects.toMatchObject({ code: 'invalid_option' })
  })

  it.each<[string, Partial<Embedder>, RegExp]>([
    ['a vector of another size', { embed: async () => [[1, 2]] }, /vector of 2 numbers.*`dimensions` is 5/],
    ['too few vectors', { embed: async () => [] }, /0 vectors for 1 texts/],
    ['no number', { embed: async () => [[1, 2, 3, 4, Number.NaN]] }, /not finite/],
  ])('refuses an embedder that gives %s', async (_, broken, message) => {
    const schema = newSchema()
    await small({ schema })
    const knowledge = await openKnowledgeBase({ db: db(), schema, embedder: { ...embedder, ...broken } })
    await expect(knowledge.search('lens')).rejects.toMatchObject({
      code: 'embedder_failed',
      message: expect.stringMatching(message),
    })
  })

  it('finds nothing for a question of nothing, without asking the embedder', async () => {
    const schema = newSchema()
    await small({ schema })
    const embed = async (): Promise<number[][]> => {
      throw new Error('not to be asked')
    }
    const knowledge = await openKnowledgeBase({ db: db(), schema, embedder: { ...embedder, embed } })
    expect(await knowledge.search(' \n')).toEqual([])
    await expect(knowledge.search('lens')).rejects.toThrow('not to be asked')
    expect(await idsOf(knowledge.search('camera', { mode: 'lexical' }))).toEqual(['seeing'])
  })

  it('says that the index is missing when somebody has removed it', async () => {
    const schema = newSchema()
    const knowledge = await small({ schema })
    await sql`drop schema ${sql.id(schema)} cascade`.execute(db())
    for (const mode of ['lexical', 'vector'] as const)
      await expect(knowledge.search('lens', { mode })).rejects.toMatchObject({
        code: 'missing_index',
        message: expect.stringContaining(`"${schema}"`),
      })
  })

  // Vectors on a half circle: the crowd near 0°, the few that a filter wants far from it. Written behind the back of the
  // ingest, which would take its time for so many.
  const angle: Embedder = { model: 'angle', dimensions: 2, embed: async () => [[1, 0]] }
  let crowd: Promise<{ schema: string; knowledge: KnowledgeBase }> | undefined
  const many = (): Promise<{ schema: string; knowledge: KnowledgeBase }> => {
    crowd ??= fillCrowd()
    return crowd
  }
  async function fillCrowd(): Promise<{ schema: string; knowledge: KnowledgeBase }> {
    const schema = newSchema()
    const knowledge = await openKnowledgeBase({ db: db(), schema, embedder: angle })
    const tables = tablesIn(schema)
    await sql`insert into ${tables.document} (collection_key, id, hash, title, metadata)
      select 1, 'd' || n, '', 'd', jsonb_build_object('n', n, 'far', n > ${CROWD}::integer, 'crowd', n <= ${CROWD}::integer)
      from generate_series(1, ${CROWD + 20}::integer) as n order by n`.execute(db())
    await sql`insert into ${tables.lexicon} (collection_key, configuration, chunks, tokens)
      values (1, 'english', ${CROWD + 20}, ${CROWD + 20})`.execute(db())
    await sql`insert into ${tables.chunk} (document_key, lexicon_key, ordinal, text, range_start, range_end,
        heading_path, length)
      select key, 1, 0, id, 0, 1, '[]', 1 from ${tables.document} order by key`.execute(db())
    await sql`insert into ${vectorTableOf(tables, 1)} (chunk_key, embedding)
      select chunk.key, ('[' || cos(turn) || ',' || sin(turn) || ']')::vector from ${tables.chunk} as chunk,
        lateral (select case when chunk.key <= ${CROWD}::integer then chunk.key * 0.0001
          else 2 + (chunk.key - ${CROWD}::integer) * 0.01 end as turn) as t`.execute(db())
    await sql`analyze ${tables.document}, ${tables.chunk}, ${vectorTableOf(tables, 1)}`.execute(db())
    return { schema, knowledge }
  }
  const scan = async (
    options: SearchOptions,
    knowledge?: KnowledgeBase,
  ): Promise<{ ids: string[]; way: SearchTrace['vectorScan'] | undefined }> => {
    let way: SearchTrace['vectorScan'] | undefined
    const onTrace = (trace: SearchTrace): void => {
      way = trace.vectorScan
    }
    const found = await (knowledge ?? (await many()).knowledge).search('x', {
      mode: 'vector',
      limit: 10,
      onTrace,
      ...options,
    })
    return { ids: found.map(({ documentId }) => documentId), way }
  }
  const range = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, n) => `d${from + n}`)

  it('compares all that a filter leaves, where that is little', async () => {
    expect(await scan({ filter: { far: true } })).toEqual({ ids: range(CROWD + 1, 10), way: 'exact' })
    expect(await scan({ filter: { n: { gt: CROWD + 15 } } })).toEqual({
      ids: range(CROWD + 16, 5),
      way: 'exact',
    })
    expect(await scan({ filter: { n: -1 } })).toEqual({ ids: [], way: 'exact' })
    expect(await scan({ filter: { n: { gte: 3_000, lt: 8_000 } } })).toEqual({
      ids: range(3_000, 10),
      way: 'exact',
    })
  }, 120_000)

  it('uses the index where much may be found, with a filter and without', async () => {
    for (const options of [{}, { filter: { crowd: true } }]) {
      const { ids, way } = await scan(options)
      expect(way).toBe('approximate')
      expect(ids).toHaveLength(10)
      // The angles are close to each other: the index may miss some of the nearest, but none is far.
      for (const id of ids) expect(Number(id.slice(1))).toBeLessThan(100)
    }
  }, 120_000)

  it('compares one by one after all where the index gives fewer than there are', async () => {
    const schema = (await many()).schema
    // One connection, on which the index gives up behind the nearest, which the filter leaves out.
    await db()
      .connection()
      .execute(async (connection) => {
        await sql`select '[1]'::vector`.execute(connection)
        await sql`set hnsw.max_scan_tuples = 100`.execute(connection)
        try {
          const knowledge = await openKnowledgeBase({ db: connection, schema, embedder: angle })
          for (const more of [{}, { maxPerDocument: 1 }])
            expect(await scan({ filter: { n: { gt: 900 } }, ...more }, knowledge)).toEqual({
              ids: range(901, 10),
              way: 'exact_after_approximate',
            })
        } finally {
          await sql`reset hnsw.max_scan_tuples`.execute(connection)
        }
      })
  }, 120_000)
})
