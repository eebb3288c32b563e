import { fileURLToPath } from 'node:url'
import { CamelCasePlugin, sql } from 'kysely'
import { expect, it } from 'vitest'
import { loadFolder, openKnowledgeBase, type KnowledgeBase } from '../src/index.ts'
import { onEachDatabase } from './databases.ts'

const LESSONS = fileURLToPath(new URL('lessons', import.meta.url))
const url = (path: string): string => `/lessons/${path.replace(/\.md$/, '')}`

onEachDatabase(({ db, newSchema }) => {
  let lessons: Promise<KnowledgeBase> | undefined
  const course = (): Promise<KnowledgeBase> => {
    lessons ??= openKnowledgeBase({ db: db(), schema: newSchema() }).then(async (knowledge) => {
      await knowledge.ingest(loadFolder(LESSONS, { url }))
      return knowledge
    })
    return lessons
  }

  it.each([
    ['What is a quaternion?', 'motion/quaternions.md', 'quaternions'],
    [
      'Is there a problem when two axes of an arm fall together?',
      'motion/quaternions.md',
      'why-not-euler-angles',
    ],
    ['Which of my sensors measures the rate of turn?', 'sensors.md', 'setext-headingover-two-lines'],
    ['pitch', 'motion/quaternions.md', 'why-not-euler-angles'],
    ['How do I look up a transform with tf2?', 'frames.md', 'the-transform-tree'],
    ['کواٹرنین کیا ہے؟', 'urdu.md', 'کواٹرنین-کیا-ہے'],
  ])('answers %j with the passage that tells it', async (question, documentId, anchor) => {
    const [best, ...others] = await (await course()).search(question)
    expect(best?.documentId).toBe(documentId)
    expect(best?.anchor).toBe(anchor)
    const scores = [best, ...others].map((passage) => passage?.score ?? 0)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  })

  it('gives with a passage all that a citation needs', async () => {
    const [passage] = await (await course()).search('gimbal lock', { limit: 1 })
    expect(passage).toEqual({
      collection: 'default',
      documentId: 'motion/quaternions.md',
      title: 'Quaternions',
      url: '/lessons/motion/quaternions',
      anchor: 'why-not-euler-angles',
      headingPath: ['Quaternions', 'Why not Euler angles?'],
      text: expect.stringMatching(/^With roll\/pitch\/yaw[^]*of a movement\.$/),
      range: { start: expect.any(Number), end: expect.any(Number) },
      textFragment: 'text=With%20roll%2Fpitch%2Fyaw,middle%20of%20a%20movement',
      score: expect.any(Number),
      metadata: {},
    })
  })

  it('finds a passage by its headings alone, and gives the front matter back', async () => {
    const [passage] = await (await course()).search('tree')
    expect(passage?.headingPath).toEqual(['Coordinate frames', 'The transform tree', 'Rotations'])
    expect(passage?.text).not.toContain('tree')
    expect(passage?.metadata).toEqual({ level: 'beginner' })
  })

  it.each(['', '   ', '?!', 'the of a', 'with these, from their', 'zyzzyva', '\0\uD83D'])(
    'finds nothing for %j',
    async (query) => {
      expect(await (await course()).search(query)).toEqual([])
    },
  )

  it.each([`'; drop table document; --`, `$1 || '"`, '🤖 rotation', `rotation & !('`])(
    'takes %j for words and nothing else',
    async (query) => {
      const knowledge = await course()
      await expect(knowledge.search(query)).resolves.toBeInstanceOf(Array)
      expect(await knowledge.search('rotation')).not.toEqual([])
    },
  )

  it('looks at the beginning only of a question without end', async () => {
    const [passage] = await (await course()).search('gimbal '.repeat(100_000))
    expect(passage?.documentId).toBe('motion/quaternions.md')
  })

  it('gives as many passages as it is asked for, and refuses a senseless number', async () => {
    const knowledge = await course()
    expect(await knowledge.search('rotation frame robot', { limit: 2 })).toHaveLength(2)
    for (const limit of [0, 101, 1.5, Number.NaN])
      await expect(knowledge.search('robot', { limit })).rejects.toMatchObject({ code: 'invalid_option' })
  })

  it('keeps two collections apart', async () => {
    const schema = newSchema()
    const a = await openKnowledgeBase({ db: db(), schema, collection: 'a' })
    const b = await openKnowledgeBase({ db: db(), schema, collection: 'b; drop table document' })
    await a.ingest([{ id: 'same', text: 'A servo turns.' }])
    await b.ingest([{ id: 'same', text: 'A motor turns.' }])
    expect((await a.search('turns')).map(({ text }) => text)).toEqual(['A servo turns.'])
    await a.ingest([], { prune: true })
    expect((await b.search('turns')).map(({ text }) => text)).toEqual(['A motor turns.'])
  })

  it('finds inflected words in the language of each document', async () => {
    const knowledge = await openKnowledgeBase({ db: db(), schema: newSchema() })
    await knowledge.ingest([
      { id: 'de', text: 'Die Räder drehen sich.', language: 'de-AT' },
      { id: 'en', text: 'The wheels are turning.' },
      { id: 'ru', text: 'Колёса вращаются.', language: 'ru' },
    ])
    const found = async (query: string): Promise<string[]> =>
      (await knowledge.search(query)).map(({ documentId }) => documentId)
    expect(await found('Rades')).toEqual(['de'])
    expect(await found('turns')).toEqual(['en'])
    expect(await found('ВРАЩАЕТСЯ')).toEqual(['ru'])
  })

  it('finds words in scripts without spaces, wherever they are set apart', async () => {
    const knowledge = await openKnowledgeBase({ db: db(), schema: newSchema(), language: 'zh' })
    await knowledge.ingest([
      { id: 'zh', text: '机器人的手臂可以旋转。' },
      { id: 'other', text: '蛋糕里有糖。' },
      { id: 'ja', text: 'ロボットの腕は回転します。', language: 'ja' },
      { id: 'th', text: 'หุ่นยนต์หมุนแขนของมัน', language: 'th' },
    ])
    for (const [query, id] of [
      ['机器人', 'zh'],
      ['手臂旋转', 'zh'],
      ['ロボット', 'ja'],
      ['แขน', 'th'],
    ])
      expect((await knowledge.search(query ?? '', { limit: 1 })).map(({ documentId }) => documentId)).toEqual(
        [id],
      )
  })

  it('prefers the word as it is written to its other forms', async () => {
    const knowledge = await openKnowledgeBase({ db: db(), schema: newSchema() })
    await knowledge.ingest([
      { id: 'a', title: 'x', text: 'General relativity.' },
      { id: 'b', title: 'x', text: 'Generally relative.' },
    ])
    for (const [query, id] of [
      ['generally', 'b'],
      ['general', 'a'],
    ])
      expect((await knowledge.search(query ?? ''))[0]?.documentId).toBe(id)
  })

  it('is not misled by a plugin of the handed-in Kysely', async () => {
    const knowledge = await openKnowledgeBase({
      db: db().withPlugin(new CamelCasePlugin()),
      schema: newSchema(),
    })
    await knowledge.ingest([{ id: 'a', text: 'A servo turns.' }])
    expect((await knowledge.search('servo'))[0]?.documentId).toBe('a')
  })

  it('ranks by BM25: worked out by hand for three short texts', async () => {
    const knowledge = await openKnowledgeBase({ db: db(), schema: newSchema() })
    // With the title, each has this many tokens: 3, 5, 4; the mean is 4.
    await knowledge.ingest([
      { id: 'a', title: 'alpha', text: 'robot arm' },
      { id: 'b', title: 'beta', text: 'robot robot wheel motor' },
      { id: 'c', title: 'gamma', text: 'wheel motor gear' },
    ])
    const rarity = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    const weight = (frequency: number, length: number): number =>
      (frequency * 2.2) / (frequency + 1.2 * (0.25 + (0.75 * length) / 4))
    const [first, second, ...others] = await knowledge.search('robots')
    expect([first?.documentId, second?.documentId, others]).toEqual(['b', 'a', []])
    expect(first?.score).toBeCloseTo(rarity * weight(2, 5), 10)
    expect(second?.score).toBeCloseTo(rarity * weight(1, 3), 10)
  })

  it('makes tables only in its own schema', async () => {
    const schema = newSchema()
    await openKnowledgeBase({ db: db(), schema })
    const { rows } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = ${schema} order by 1`.execute(
      db(),
    )
    expect(rows.map(({ name }) => name)).toEqual([
      'chunk',
      'collection',
      'document',
      'lexicon',
      'migration',
      'posting',
    ])
  })
})
