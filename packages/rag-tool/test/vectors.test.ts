import { createHash } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openKnowledgeBase, type Document, type Embedder, type KnowledgeBase } from '../src/index.ts'

let db: Kysely<unknown>
let runs = 0
beforeAll(async () => {
  db = new Kysely({ dialect: new PGliteDialect({ pglite: new PGlite({ extensions: { vector } }) }) })
  await sql`select 1`.execute(db)
}, 60_000)
afterAll(() => db.destroy())

/** Gives each text a vector of its own, and remembers what it was asked. */
class TestEmbedder implements Embedder {
  readonly dimensions: number
  readonly model: string
  readonly asked: string[] = []

  constructor(model = 'test-model', dimensions = 4) {
    this.model = model
    this.dimensions = dimensions
  }

  vectorOf(text: string): number[] {
    const bytes = createHash('sha256').update(text).digest()
    return Array.from({ length: this.dimensions }, (_, n) => (bytes[n] ?? 0) - 128)
  }

  embed: Embedder['embed'] = async (texts, { kind }) => {
    expect(kind).toBe('document')
    this.asked.push(...texts)
    if (texts.some((text) => text.includes('poison'))) throw new Error('HTTP 400: the model chokes')
    return texts.map((text) => this.vectorOf(text))
  }
}

interface Opened {
  knowledge: KnowledgeBase
  schema: string
  collection: string
}

async function open(embedder?: Embedder, at?: Omit<Opened, 'knowledge'>): Promise<Opened> {
  const { schema, collection } = at ?? { schema: `rag_${(runs += 1)}`, collection: 'course' }
  const place = { schema, collection }
  return { knowledge: await openKnowledgeBase({ db, ...place, ...(embedder && { embedder }) }), ...place }
}

async function vectors({ schema }: Opened): Promise<{ text: string; embedding: string }[]> {
  const { rows } = await sql<{ text: string; embedding: string }>`
    select chunk.text, embedding::text as embedding from ${sql.id(schema, 'vector_1')} as v
    join ${sql.id(schema, 'chunk')} as chunk on chunk.key = v.chunk_key order by document_key, ordinal`.execute(
    db,
  )
  return rows
}

async function cached({ schema }: Opened): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::integer as n from ${sql.id(schema, 'embedding_cache')}`.execute(db)
  return rows[0]?.n ?? 0
}

const robots: Document = {
  id: 'robots',
  title: 'Robots',
  text: 'One.\n\n## Arms\n\nTwo.\n\n## Legs\n\nThree.',
}
const wheels: Document = { id: 'wheels', title: 'Wheels', text: 'Four.' }

it('stores the vector of each passage with its title and headings', async () => {
  const embedder = new TestEmbedder()
  const opened = await open(embedder)
  await opened.knowledge.ingest([robots, wheels])
  const told = ['Robots\nOne.', 'Robots\nArms\nTwo.', 'Robots\nLegs\nThree.', 'Wheels\nFour.']
  expect(embedder.asked).toEqual(told)
  expect(await vectors(opened)).toEqual(
    ['One.', 'Two.', 'Three.', 'Four.'].map((text, n) => ({
      text,
      embedding: JSON.stringify(embedder.vectorOf(told[n] ?? '')),
    })),
  )
})

it('embeds no text twice: not of a changed document, not of another collection, not after a crash', async () => {
  const embedder = new TestEmbedder()
  const opened = await open(embedder)
  await opened.knowledge.ingest([robots, { ...robots, id: 'twin' }])
  expect(embedder.asked).toHaveLength(3)
  const changed = { ...robots, text: robots.text.replace('Two', 'Zwei') }
  await opened.knowledge.ingest([changed])
  expect(embedder.asked.slice(3)).toEqual(['Robots\nArms\nZwei.'])
  const other = await open(embedder, { ...opened, collection: 'other' })
  await other.knowledge.ingest([changed])
  expect(embedder.asked).toHaveLength(4)

  // What was embedded before a document could be written is there for the next attempt.
  await sql`drop table ${sql.id(opened.schema, 'posting')} cascade`.execute(db)
  await expect(opened.knowledge.ingest([wheels])).rejects.toThrow('posting')
  expect(embedder.asked).toHaveLength(5)
  expect(await cached(opened)).toBe(5)
})

it('embeds again with another model, in a collection of its own', async () => {
  const first = await open(new TestEmbedder())
  await first.knowledge.ingest([robots])
  const embedder = new TestEmbedder('larger-model', 8)
  const second = await open(embedder, { schema: first.schema, collection: 'larger' })
  await second.knowledge.ingest([robots])
  expect(embedder.asked).toHaveLength(3)
  expect(await cached(first)).toBe(6)
})

it('reports the document whose text cannot be embedded, and takes the others', async () => {
  const embedder = new TestEmbedder()
  const opened = await open(embedder)
  const report = await opened.knowledge.ingest([robots, { id: 'bad', text: 'poison' }, wheels])
  expect(report).toMatchObject({ added: 2 })
  expect(report.failed).toEqual([
    { id: 'bad', message: 'Document "bad" could not be embedded: HTTP 400: the model chokes' },
  ])
  expect(await vectors(opened)).toHaveLength(4)
})

it.each([
  ['too few vectors', [], 'gave 0 vectors for 1 texts'],
  ['a short vector', [[1, 2]], 'gave a vector that is not 4 numbers'],
  ['a vector that is no number', [[1, 2, 3, Number.NaN]], 'gave a vector that is not 4 numbers'],
])('reports an embedder that gives %s', async (_, given, message) => {
  const opened = await open({ model: 'wrong', dimensions: 4, embed: async () => given })
  const { failed } = await opened.knowledge.ingest([wheels])
  expect(failed).toEqual([
    { id: 'wheels', message: `Document "wheels" could not be embedded: The embedder "wrong" ${message}.` },
  ])
  expect(await opened.knowledge.stats()).toEqual({ documents: 0, chunks: 0 })
})

it('adds vectors to what was ingested without', async () => {
  const without = await open()
  await without.knowledge.ingest([robots])
  const opened = await open(new TestEmbedder(), without)
  expect(await opened.knowledge.ingest([robots])).toMatchObject({ updated: 1 })
  expect(await vectors(opened)).toHaveLength(3)
  expect(await opened.knowledge.ingest([robots])).toMatchObject({ unchanged: 1 })
})

it.each([
  [new TestEmbedder('other'), /are of "test-model" \(4 dimensions\), and the embedder is "other" \(4\)/],
  [
    new TestEmbedder('test-model', 5),
    /are of "test-model" \(4 dimensions\), and the embedder is "test-model" \(5\)/,
  ],
])('refuses another embedder, naming both', async (embedder, message) => {
  const opened = await open(new TestEmbedder())
  await expect(open(embedder, opened)).rejects.toMatchObject({
    code: 'embedder_mismatch',
    message: expect.stringMatching(message),
  })
})

it('refuses to ingest without an embedder where there are vectors, and searches', async () => {
  const opened = await open(new TestEmbedder())
  await opened.knowledge.ingest([robots])
  const without = await open(undefined, opened)
  await expect(without.knowledge.ingest([wheels])).rejects.toMatchObject({ code: 'embedder_mismatch' })
  expect(await without.knowledge.search('two')).toHaveLength(1)
  // Removing needs no embedder.
  expect(await without.knowledge.prune([])).toBe(1)
  expect(await vectors(opened)).toEqual([])
})

it('removes vectors with their documents, and cached ones when nothing used them for a day', async () => {
  const opened = await open(new TestEmbedder())
  await opened.knowledge.ingest([robots, wheels])
  expect(await opened.knowledge.prune(['wheels'])).toBe(1)
  expect(await vectors(opened)).toHaveLength(1)
  expect(await cached(opened)).toBe(4)
  await sql`update ${sql.id(opened.schema, 'embedding_cache')} set made_at = now() - interval '2 days'`.execute(
    db,
  )
  expect(await opened.knowledge.prune(['wheels'])).toBe(0)
  expect(await cached(opened)).toBe(1)
})

it('hands the signal on, and ends with its reason', async () => {
  const aborter = new AbortController()
  const opened = await open({
    model: 'slow',
    dimensions: 4,
    embed: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('cut off')))
        aborter.abort(new Error('enough'))
      }),
  })
  await expect(opened.knowledge.ingest([robots], { signal: aborter.signal })).rejects.toThrow('enough')
  expect(await opened.knowledge.stats()).toEqual({ documents: 0, chunks: 0 })
})

it('says what is missing where the database cannot store vectors', async () => {
  const plain = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
  try {
    await expect(openKnowledgeBase({ db: plain, embedder: new TestEmbedder() })).rejects.toMatchObject({
      code: 'missing_pgvector',
      message: expect.stringContaining('@electric-sql/pglite-pgvector'),
    })
  } finally {
    await plain.destroy()
  }
}, 60_000)
