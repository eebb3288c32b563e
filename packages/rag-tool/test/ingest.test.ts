import { sql } from 'kysely'
import { expect, it } from 'vitest'
import {
  openKnowledgeBase,
  RagError,
  type Document,
  type FailedDocument,
  type IngestProgress,
  type KnowledgeBase,
} from '../src/index.ts'
import { onEachDatabase } from './databases.ts'

const robots: Document = {
  id: 'robots',
  text: '# Robots\n\nA robot senses, decides and moves.',
  url: '/robots',
}
const wheels: Document = {
  id: 'wheels',
  text: '# Wheels\n\nTwo driven wheels and a castor.',
  metadata: { unit: 2 },
}
const report = { added: 0, updated: 0, unchanged: 0, removed: 0, failed: [], takenAsText: [] }

onEachDatabase(({ db, newSchema }) => {
  const open = (schema = newSchema(), collection = 'course'): Promise<KnowledgeBase> =>
    openKnowledgeBase({ db: db(), schema, collection })

  it('adds documents, and does nothing for them the next time', async () => {
    const knowledge = await open()
    const progress: IngestProgress[] = []
    expect(await knowledge.ingest([robots, wheels], { onProgress: (step) => progress.push(step) })).toEqual({
      ...report,
      added: 2,
    })
    expect(progress).toEqual([
      { done: 1, total: 2, id: 'robots', outcome: 'added' },
      { done: 2, total: 2, id: 'wheels', outcome: 'added' },
    ])
    expect(await knowledge.stats()).toEqual({ documents: 2, chunks: 2 })
    expect(await knowledge.ingest([robots, wheels])).toEqual({ ...report, unchanged: 2 })
  })

  it('puts a changed document in the place of the old one', async () => {
    const knowledge = await open()
    await knowledge.ingest([robots, wheels])
    const changed = { ...robots, text: '# Robots\n\nA manipulator is an arm.\n\n## Grippers\n\nThey hold.' }
    expect(await knowledge.ingest([changed, wheels])).toEqual({ ...report, updated: 1, unchanged: 1 })
    expect(await knowledge.search('senses')).toEqual([])
    expect((await knowledge.search('manipulator')).map(({ documentId }) => documentId)).toEqual(['robots'])
    expect(await knowledge.stats()).toEqual({ documents: 2, chunks: 3 })
  })

  it.each([{ url: '/moved' }, { title: 'Named' }, { metadata: { level: 1 } }, { language: 'de' }])(
    'takes a document with another %o for a changed one',
    async (change) => {
      const knowledge = await open()
      await knowledge.ingest([robots])
      expect(await knowledge.ingest([{ ...robots, ...change }])).toEqual({ ...report, updated: 1 })
      expect(await knowledge.search('robot')).toHaveLength(1)
    },
  )

  it('removes vanished documents when it is told to, and keeps one that failed to load', async () => {
    const knowledge = await open()
    await knowledge.ingest([robots, wheels, { id: 'arms', text: 'An arm has joints.' }])
    expect(await knowledge.ingest([robots])).toEqual({ ...report, unchanged: 1 })
    const broken: FailedDocument = { id: 'arms', error: new Error('line 3: not UTF-8') }
    expect(await knowledge.ingest([robots, broken], { prune: true })).toEqual({
      ...report,
      unchanged: 1,
      removed: 1,
      failed: [{ id: 'arms', message: 'line 3: not UTF-8' }],
    })
    expect(await knowledge.search('castor')).toEqual([])
    expect(await knowledge.search('joints')).toHaveLength(1)
    expect(await knowledge.stats()).toEqual({ documents: 2, chunks: 2 })
  })

  it('names each document that it cannot take, and takes the others', async () => {
    const knowledge = await open()
    const { failed, added } = await knowledge.ingest([
      { id: 'nul', text: 'a\0b' },
      { id: 'half', text: 'cut \uD83D' },
      { id: 'huge', text: 'x'.repeat(1_000_001) },
      { id: 'script', text: 'x', url: ' java\nscript:alert(1)' },
      { id: 'cycle', text: 'x', metadata: { big: 1n } },
      { id: 'tongue', text: 'x', language: 'not a language' },
      robots,
      { ...robots, text: 'again' },
      { id: '', text: 'x' },
      wheels,
    ])
    expect(added).toBe(2)
    expect(failed).toEqual([
      {
        id: 'nul',
        message: 'Document "nul" has a NUL character in its text (at 1); PostgreSQL cannot store it.',
      },
      {
        id: 'half',
        message: 'Document "half" has a lone surrogate in its text; it was cut in the middle of a character.',
      },
      {
        id: 'huge',
        message:
          'Document "huge" has 1000001 characters; at most 1000000 are taken. Split it into several documents.',
      },
      {
        id: 'script',
        message:
          'Document "script" has a url that is neither http, https nor relative; citations would link to it.',
      },
      { id: 'cycle', message: 'Document "cycle" has metadata that JSON cannot hold.' },
      {
        id: 'tongue',
        message:
          'Document "tongue": language "not a language" is not a language tag; give one such as "en" or "de-AT".',
      },
      { id: 'robots', message: 'Document "robots" was given twice.' },
      { id: '', message: 'Document "" needs an id of 1 to 512 characters.' },
    ])
  })

  it('does not double anything when several ingests run at once', async () => {
    const schema = newSchema()
    // Opening at once is part of it: the tables are made once.
    const bases = await Promise.all([open(schema), open(schema), open(schema), open(schema)])
    const documents = Array.from({ length: 12 }, (_, n) => ({
      id: `d${n}`,
      text: `# Part ${n}\n\nA servo turns.`,
    }))
    const reports = await Promise.all(bases.map((base) => base.ingest(documents)))
    expect(reports.map(({ added }) => added).reduce((a, b) => a + b)).toBe(12)
    expect(reports.map(({ unchanged }) => unchanged).reduce((a, b) => a + b)).toBe(36)
    expect(await bases[0]?.stats()).toEqual({ documents: 12, chunks: 12 })
    expect(await bases[0]?.search('servo', { limit: 100 })).toHaveLength(12)
  })

  it('completes in the next run what one that broke off has begun', async () => {
    const knowledge = await open()
    await expect(
      knowledge.ingest(
        (async function* () {
          yield robots
          throw new Error('the disk is gone')
        })(),
        { prune: true },
      ),
    ).rejects.toThrow('the disk is gone')
    expect(await knowledge.ingest([robots, wheels])).toEqual({ ...report, added: 1, unchanged: 1 })
  })

  it('leaves nothing of a removed document in any table', async () => {
    const schema = newSchema()
    const knowledge = await open(schema)
    await knowledge.ingest([robots, { ...wheels, language: 'de' }])
    await knowledge.ingest([{ ...robots, language: 'fr' }])
    await knowledge.ingest([], { prune: true })
    for (const table of ['document', 'chunk', 'posting'])
      expect((await sql`select * from ${sql.id(schema, table)}`.execute(db())).rows).toEqual([])
    const lexicons = sql`select sum(chunks)::int as chunks, sum(tokens)::int as tokens from ${sql.id(schema, 'lexicon')}`
    expect((await lexicons.execute(db())).rows).toEqual([{ chunks: 0, tokens: 0 }])
  })

  it('stops before the next document when it is closed, and leaves the database open', async () => {
    const knowledge = await open()
    let closing: Promise<void> | undefined
    const ingest = knowledge.ingest(
      (async function* () {
        yield robots
        closing = knowledge.close()
        yield wheels
      })(),
    )
    await expect(ingest).rejects.toMatchObject({ code: 'closed' })
    await closing
    await expect(knowledge.search('robot')).rejects.toThrow('The knowledge base "course" was closed')
    expect((await sql`select 1 as one`.execute(db())).rows).toEqual([{ one: 1 }])
  })

  it('refuses tables that a newer version has made', async () => {
    const schema = newSchema()
    await open(schema)
    await sql`insert into ${sql.id(schema, 'migration')} (number) values (999)`.execute(db())
    const refusal = await open(schema).catch((error: unknown) => error)
    expect(RagError.isInstance(refusal) && refusal.code).toBe('newer_database')
  })

  it.each(['', 'Rag', 'rag"; drop schema public', 'pg_rag', '1st', 'a'.repeat(64)])(
    'refuses the schema name %j',
    async (schema) => {
      await expect(open(schema)).rejects.toMatchObject({ code: 'invalid_option' })
    },
  )
})
