import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { openKnowledgeBase, type Document, type Embedder } from '../src/index.ts'
import { dyingOnPGlite, dyingOnServer, type DyingDatabase } from './dying-database.ts'
import { indexContents } from './index-contents.ts'

const stays: Document = { id: 'stays', text: '# Stays\n\nThe robot stays.' }
const before: Document[] = [
  stays,
  { id: 'changes', text: '# Before\n\nAn old servo.\n\n## More\n\nOf the old servo.' },
  { id: 'vanishes', text: 'Gone.', language: 'de' },
]
const after: Document[] = [
  stays,
  { id: 'changes', text: '# After\n\nA new servo.', url: '/changed', language: 'fr' },
  { id: 'comes', text: '# Comes\n\nA gripper.\n\n## Fingers\n\nTwo of them.' },
]

/** More statements than an ingest of these documents has. */
const BEYOND = 500

interface Backend {
  db: () => Promise<Kysely<unknown>>
  dying: (dieAt: number) => Promise<DyingDatabase>
  embedder?: Embedder
}

const newSchema = (): string => `rag_${randomBytes(6).toString('hex')}`

let server: Kysely<unknown> | undefined
const openServer = (): Kysely<unknown> =>
  (server ??= new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: inject('databaseUrl'), max: 4 }) }),
  }))
let pglite: Promise<PGlite> | undefined
const openPGlite = (): Promise<PGlite> => (pglite ??= PGlite.create({ extensions: { vector } }))

afterAll(async () => {
  await server?.destroy()
  await (await pglite)?.close()
}, 60_000)

const drop = async (db: Kysely<unknown>, schema: string): Promise<void> => {
  await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db)
}

const embedder: Embedder = {
  model: 'lengths',
  dimensions: 2,
  embed: async (texts) => texts.map((text) => [text.length, 1]),
}

const backends: Record<string, Backend> = {
  PostgreSQL: {
    db: async () => openServer(),
    dying: async (dieAt) => dyingOnServer(inject('databaseUrl'), dieAt),
  },
  'PGlite with vectors': {
    db: async () => new Kysely({ dialect: new PGliteDialect({ pglite: await openPGlite() }) }),
    dying: async (dieAt) => dyingOnPGlite(await openPGlite(), dieAt),
    embedder,
  },
}

describe.each(Object.entries(backends))('on %s, a process that is killed', (_, backend) => {
  const options = backend.embedder ? { embedder: backend.embedder } : {}
  const contents = async (schema: string): Promise<unknown> =>
    indexContents(await backend.db(), schema, backend.embedder !== undefined)
  const ingest = async (db: Kysely<unknown>, schema: string, documents: Document[]): Promise<void> => {
    const knowledge = await openKnowledgeBase({ db, schema, ...options })
    await knowledge.ingest(documents, { prune: true })
  }
  const clean = async (documents: Document[]): Promise<unknown> => {
    const schema = newSchema()
    const db = await backend.db()
    await ingest(db, schema, documents)
    const wanted = await contents(schema)
    await drop(db, schema)
    return wanted
  }

  /** Kills an ingest before each of its statements, one run each; gives how many there were. */
  async function killAtEach(prepare: (schema: string) => Promise<void>): Promise<number> {
    const db = await backend.db()
    const wanted = await clean(after)
    for (let dieAt = 1; dieAt < BEYOND; dieAt++) {
      const schema = newSchema()
      await prepare(schema)
      const dying = await backend.dying(dieAt)
      const killed = await ingest(dying.db, schema, after).then(
        () => false,
        () => true,
      )
      await dying.bury()
      await ingest(db, schema, after)
      expect(await contents(schema), `killed before statement ${dieAt}`).toEqual(wanted)
      await drop(db, schema)
      if (!killed) return dying.sent()
    }
    throw new Error('The ingest never came to its end.')
  }

  it('anywhere in its first ingest leaves nothing that the next one does not mend', async () => {
    expect(await killAtEach(async () => {})).toBeGreaterThan(30)
  }, 300_000)

  it('anywhere while documents are replaced and removed leaves nothing either', async () => {
    const db = await backend.db()
    expect(await killAtEach((schema) => ingest(db, schema, before))).toBeGreaterThan(20)
  }, 300_000)
})

it.each([4, 22, 27, 31])(
  'is as well when it is killed for real, before statement %i',
  async (dieAt) => {
    const db = openServer()
    const [schema, cleanSchema] = [newSchema(), newSchema()]
    const ingest = async (name: string): Promise<void> => {
      const knowledge = await openKnowledgeBase({ db, schema: name })
      await knowledge.ingest(after, { prune: true })
    }
    const child = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('killed-ingest.ts', import.meta.url)),
        inject('databaseUrl'),
        schema,
        String(dieAt),
        JSON.stringify(after),
      ],
      { stdio: 'ignore' },
    )
    const [, signal] = await once(child, 'exit')
    expect(signal).toBe('SIGKILL')
    await ingest(schema)
    await ingest(cleanSchema)
    expect(await indexContents(db, schema, false)).toEqual(await indexContents(db, cleanSchema, false))
    await drop(db, schema)
    await drop(db, cleanSchema)
  },
  60_000,
)

it('shows a search the old document or the new one, and never a part', async () => {
  const db = openServer()
  const schema = newSchema()
  const knowledge = await openKnowledgeBase({ db, schema })
  const version = (name: string): Document => ({
    id: 'page',
    text: [1, 2, 3].map((n) => `# ${n}\n\nThe servo ${name}.`).join('\n\n'),
  })
  await knowledge.ingest([version('old')])
  let replacing = true
  const replaced = (async () => {
    try {
      for (let n = 0; n < 20; n++) await knowledge.ingest([version(n % 2 ? 'old' : 'new')])
    } finally {
      replacing = false
    }
  })()
  const seen = new Set<string>()
  do {
    const texts = (await knowledge.search('servo')).map(({ text }) => text)
    expect(texts).toHaveLength(3)
    expect(new Set(texts).size).toBe(1)
    seen.add(texts[0] ?? '')
  } while (replacing)
  await replaced
  expect([...seen].toSorted()).toEqual(['The servo new.', 'The servo old.'])
  await drop(db, schema)
}, 60_000)
