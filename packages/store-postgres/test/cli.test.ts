import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'
import { unusedPort } from './unused-port.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

interface Ended {
  code: number | null
  out: string[]
  err: string[]
}

async function storePostgres(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const path = join(import.meta.dirname, '../src/cli.ts')
  const { DATABASE_URL: _, ...inherited } = process.env
  const child = spawn(process.execPath, [path, ...args], {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  const lines = (printed: string): string[] => printed.split('\n').filter((line) => line !== '')
  return { code, out: lines(out), err: lines(err) }
}

describe('store-postgres', { timeout: 30_000 }, () => {
  it('makes a schema, tells how it is, and deletes what has expired', async () => {
    const at = ['--database-url', database.url, '--schema', 'cli']
    const before = await storePostgres(['status', ...at])
    expect(before).toEqual({
      code: 3,
      out: [
        'schema "cli"',
        expect.stringMatching(/^version 0 of \d$/),
        expect.stringMatching(/^pending \d$/),
      ],
      err: [],
    })

    const migrated = await storePostgres(['migrate', ...at])
    const version = /^version 0 of (\d)$/.exec(before.out[1] ?? '')?.[1]
    expect(migrated).toEqual({ code: 0, out: [`schema "cli" is at version ${version}, was at 0`], err: [] })
    const again = await storePostgres(['migrate', ...at])
    expect(again).toEqual({ code: 0, out: [`schema "cli" is at version ${version} already`], err: [] })

    await query(
      database.url,
      `insert into cli.states (owner_id, key, value, expires_at)
        values ('ada', 'old', '1', now() - interval '1 hour'), ('ada', 'new', '1', now() + interval '1 hour')`,
    )
    const status = await storePostgres(['status', ...at])
    expect(status).toMatchObject({ code: 0, err: [] })
    expect(status.out.slice(0, 3)).toEqual(['schema "cli"', `version ${version} of ${version}`, 'pending 0'])
    expect(status.out).toEqual(expect.arrayContaining(['threads 0', 'items 0', 'states 2']))

    expect(await storePostgres(['prune', ...at])).toEqual({
      code: 0,
      out: [
        'deleted the logs of 0 runs',
        'deleted 0 ended runs',
        'deleted 0 idempotency keys',
        'deleted 1 states',
      ],
      err: [],
    })
    expect((await storePostgres(['status', ...at])).out).toContain('states 1')
  })

  it('takes the database from DATABASE_URL, and the schema "chatkit" when none is named', async () => {
    const { code, out } = await storePostgres(['status'], { DATABASE_URL: database.url })
    expect([code, out[0]]).toEqual([3, 'schema "chatkit"'])
  })

  it('says that the tables are missing where there is nothing to prune', async () => {
    const { code, out, err } = await storePostgres(['prune', '--schema', 'nowhere'], {
      DATABASE_URL: database.url,
    })
    expect([code, out]).toEqual([1, []])
    expect(err).toEqual([expect.stringMatching(/tables are not there.*migrate/)])
  })

  it('leaves a schema alone that a newer version has made', async () => {
    const at = ['--database-url', database.url, '--schema', 'newer']
    await storePostgres(['migrate', ...at])
    await query(database.url, 'insert into newer.migrations (version) values (99)')
    expect(await storePostgres(['status', ...at])).toMatchObject({
      code: 3,
      out: expect.arrayContaining([expect.stringMatching(/^version 99 of \d$/)]),
    })
    expect(await storePostgres(['migrate', ...at])).toEqual({
      code: 1,
      out: [],
      err: [expect.stringMatching(/at version 99, but .* up to \d/)],
    })
  })

  it('says in one line that the database cannot be reached, where it is, and not with which password', async () => {
    const port = await unusedPort()
    for (const command of ['migrate', 'status', 'prune']) {
      const ended = await storePostgres([command], {
        DATABASE_URL: `postgres://ada:hunter2@127.0.0.1:${port}/course`,
      })
      expect(ended).toMatchObject({ code: 1, out: [] })
      expect(ended.err).toEqual([
        `store-postgres: 127.0.0.1:${port}/course: The connection to the database failed. (ECONNREFUSED)`,
      ])
    }
    const url = new URL(database.url)
    url.pathname = '/not_there'
    url.password = 'hunter2'
    const missing = await storePostgres(['status', '--database-url', url.href])
    expect(missing).toMatchObject({ code: 1, out: [] })
    expect(missing.err).toEqual([expect.stringMatching(/"not_there" does not exist \(SQLSTATE 3D000\)$/)])
    expect(missing.err[0]).not.toContain('hunter2')
  })

  it.each([
    [[], 'no command was given'],
    [['status', 'postgres://ada:hunter2@db/course'], 'more than a command'],
    [['drop'], 'there is no such command'],
    [['postgres://ada:hunter2@db/course'], 'there is no such command'],
    [['status'], 'DATABASE_URL'],
    [['status', '--force'], '--force'],
    [['status', '--database=postgres://ada:hunter2@db/course'], '--database'],
    [['status', '--database-url', 'mysql://ada:hunter2@db/course'], 'cannot be read'],
    [['status', '--database-url', 'postgres://ada:hunter2@db:port/course'], 'cannot be read'],
    [['status', '--database-url', 'postgres://ada:hunter2@db/course', '--schema', 'a-b'], '"a-b"'],
  ])('refuses the command line %j', async (args, reason) => {
    const { code, out, err } = await storePostgres(args)
    expect([code, out]).toEqual([2, []])
    expect(err).toEqual([expect.stringContaining(reason)])
    expect(err[0]).not.toContain('hunter2')
  })

  it('tells its commands, options and exit codes when it is asked for help', async () => {
    const { code, out, err } = await storePostgres(['--help'])
    expect([code, err]).toEqual([0, []])
    for (const word of ['migrate', 'status', 'prune', '--database-url', 'DATABASE_URL', '--schema', '3']) {
      expect(out.join('\n')).toContain(word)
    }
  })
})
