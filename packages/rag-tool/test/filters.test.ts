import { sql } from 'kysely'
import { expect, expectTypeOf, it } from 'vitest'
import { openKnowledgeBase, type Filter, type KnowledgeBase } from '../src/index.ts'
import { onEachDatabase } from './databases.ts'

const METADATA: Record<string, Record<string, unknown>> = {
  a: { module: 'ros2', level: 1, tags: ['arm', 'intro'], draft: false, date: '2026-01-05' },
  b: { module: 'ros2', level: 2.5, tags: ['wheel'], draft: true, date: '2026-02-01' },
  c: { module: 'gazebo', level: 10, tags: [], date: '2025-12-31' },
  d: { module: null, level: 'ten' },
  e: { "a' or '1'='1": 'yes', 'with.dot': 1, and_more: true },
}
const ALL = Object.keys(METADATA)

onEachDatabase(({ db, newSchema }) => {
  let opened: Promise<KnowledgeBase> | undefined
  const robots = (): Promise<KnowledgeBase> => {
    opened ??= openKnowledgeBase({ db: db(), schema: newSchema() }).then(async (knowledge) => {
      await knowledge.ingest(ALL.map((id) => ({ id, text: 'A robot moves.', metadata: METADATA[id] ?? {} })))
      return knowledge
    })
    return opened
  }
  const find = async (filter: Filter): Promise<string[]> => {
    const found = await (await robots()).search('robot', { filter, limit: 100 })
    return found.map(({ documentId }) => documentId).toSorted()
  }

  it.each<[Filter, string]>([
    [{}, 'abcde'],
    [{ module: 'ros2' }, 'ab'],
    [{ module: { eq: 'gazebo' } }, 'c'],
    [{ module: { ne: 'ros2' } }, 'cde'],
    [{ module: { in: ['gazebo', 'ros2'] } }, 'abc'],
    [{ module: { in: [] } }, ''],
    [{ module: { nin: ['gazebo'] } }, 'abde'],
    [{ module: { nin: [] } }, 'abcde'],
    [{ level: 1 }, 'a'],
    [{ level: { gt: 1 } }, 'bc'],
    [{ level: { gte: 2.5, lt: 10 } }, 'b'],
    [{ level: { lte: 10 } }, 'abc'],
    [{ level: { gt: 'te' } }, 'd'],
    [{ date: { gte: '2026-01-01', lt: '2026-02-01' } }, 'a'],
    [{ draft: false }, 'a'],
    [{ draft: { ne: false } }, 'bcde'],
    [{ draft: { gt: false } }, ''],
    [{ tags: 'arm' }, 'a'],
    [{ tags: { in: ['wheel', 'arm'] } }, 'ab'],
    [{ tags: { nin: ['wheel'] } }, 'acde'],
    [{ module: { exists: true } }, 'abcd'],
    [{ module: { exists: false } }, 'e'],
    [{ module: 'ros2', level: { gt: 1 } }, 'b'],
    [{ and: [{ module: 'ros2' }, { tags: 'arm' }] }, 'a'],
    [{ or: [{ level: 10 }, { tags: 'arm' }] }, 'ac'],
    [{ and: [] }, 'abcde'],
    [{ or: [] }, ''],
    [{ not: { module: 'ros2' } }, 'cde'],
    [{ not: { or: [{ module: 'ros2' }, { level: { gte: 10 } }] } }, 'de'],
    [{ 'with.dot': 1 }, 'e'],
    [{ with: { exists: true } }, ''],
    [{ "a' or '1'='1": 'yes' }, 'e'],
  ])('%j finds %j', async (filter, ids) => {
    expect(await find(filter)).toEqual(ids.split(''))
  })

  it.each<[Filter]>([
    [{ module: `'; drop table document; --` }],
    [{ module: `ros2' or '1'='1` }],
    [{ [`module' or '1'='1`]: 'ros2' }],
    [{ [`a') or true --`]: { exists: true } }],
    [{ $1: 'ros2' }],
    [{ '"}': 'ros2' }],
    [{ module: { in: [`{"module":"ros2"}`, '%', '$2', '\\'] } }],
    [{ __proto__x: 'ros2' }],
    [{ level: { gt: `0) or (1=1` } }],
  ])('%j is a name and a value of nobody, and does nothing', async (filter) => {
    expect(await find(filter)).toEqual(filter.level ? ['d'] : [])
    expect(await find({})).toEqual(ALL)
    const { rows } = await sql<{ tables: number }>`
      select count(*)::integer as tables from information_schema.tables where table_schema like 'rag_%'`.execute(
      db(),
    )
    expect(rows[0]?.tables).toBeGreaterThanOrEqual(6)
  })

  it.each([
    [{ module: { regex: '.*' } }, /"regex"; known are eq, ne/],
    [{ module: null }, /"module" with null/],
    [{ module: ['ros2'] }, /"module" with a list/],
    [{ module: { in: 'ros2' } }, /"in", which takes a list/],
    [{ module: { exists: 'yes' } }, /"exists"; give true or false/],
    [{ or: { module: 'ros2' } }, /"or", which takes a list/],
    [{ not: 'ros2' }, /an object of fields/],
    [{ level: Number.NaN }, /"level" with a number/],
    [{ module: 'a\0' }, /NUL/],
    [{ '\uD83D': 'a' }, /broken Unicode/],
    [{ module: { in: Array.from({ length: 3 }, () => ({})) } }, /an object/],
  ])('refuses %j and says what is wrong', async (filter, message) => {
    const search = (await robots()).search('robot', { filter: filter as Filter })
    await expect(search).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringMatching(message),
    })
  })

  it('refuses a filter without end', async () => {
    const deep = Array.from({ length: 40 }).reduce<Filter>((inner) => ({ not: inner }), { module: 'ros2' })
    await expect(find(deep)).rejects.toThrow('nested more than 16 deep')
    const wide = { or: Array.from({ length: 201 }, () => ({ module: 'ros2' })) }
    await expect(find(wide)).rejects.toThrow('more than 200 conditions')
  })

  it('holds filters to a schema where there is one', async () => {
    const knowledge = await openKnowledgeBase({
      db: db(),
      schema: newSchema(),
      metadataSchema: { module: 'string', level: 'number' },
    })
    await knowledge.ingest([
      { id: 'a', text: 'A robot.', metadata: { module: 'ros2', level: 1, secret: 'x' } },
    ])
    expect(await knowledge.search('robot', { filter: { module: 'ros2', level: { gte: 1 } } })).toHaveLength(1)
    type Given = NonNullable<NonNullable<Parameters<typeof knowledge.search>[1]>['filter']>
    expectTypeOf<{ level: string }>().not.toExtend<Given>()
    // @ts-expect-error the schema has no such field
    await expect(knowledge.search('robot', { filter: { secret: 'x' } })).rejects.toThrow(
      'names the field "secret"; the schema knows module, level',
    )
    // @ts-expect-error a level is a number
    await expect(knowledge.search('robot', { filter: { level: 'x' } })).rejects.toThrow(
      'compares "level", which is a number, with a string',
    )
    const inherited = { constructor: 'x' } as unknown as Given
    await expect(knowledge.search('robot', { filter: inherited })).rejects.toThrow('"constructor"')
  })
})
