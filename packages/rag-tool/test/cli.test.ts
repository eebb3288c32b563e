import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { runCommand } from '../src/cli/run-command.ts'

const SCHEMA = 'rag_cli'
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rag-cli-'))
  await mkdir(join(folder, 'docs'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
  const db = new Kysely({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: inject('databaseUrl') }) }),
  })
  await sql`drop schema if exists ${sql.id(SCHEMA)} cascade`.execute(db)
  await db.destroy()
})

const put = (name: string, text: string | Buffer): Promise<void> =>
  writeFile(join(folder, 'docs', name), text)

async function run(
  args: string[],
  { terminal = false, env = {} }: { terminal?: boolean; env?: NodeJS.ProcessEnv } = {},
) {
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => (written[name] += text),
    ...(terminal && { isTTY: true, columns: 60 }),
  })
  const code = await runCommand(args, { env, stdout: output('stdout'), stderr: output('stderr') })
  return { code, ...written }
}

const here = (): string[] => ['--database-url', inject('databaseUrl'), '--schema', SCHEMA]
const docs = (): string => join(folder, 'docs')

describe('rag-tool ingest', () => {
  it('tells what became of each document that was not as before, and sums up', async () => {
    await put('a.md', '# A\n\nOne.')
    await put('b.html', '<p>Two.')
    expect(await run(['ingest', docs(), ...here()])).toEqual({
      code: 0,
      stdout: '2 added, 0 updated, 0 unchanged, 0 removed, 0 failed\n',
      stderr: 'added a.md\nadded b.html\n',
    })
    await put('b.html', '<p>Three.')
    await rm(join(docs(), 'a.md'))
    expect(await run(['ingest', docs(), '--prune', ...here()])).toEqual({
      code: 0,
      stdout: '0 added, 1 updated, 0 unchanged, 1 removed, 0 failed\n',
      stderr: 'updated b.html\n',
    })
  })

  it('ends with 3 where a document failed, and names it, without its control characters', async () => {
    await put('a.md', '# A\n\nOne.')
    await put('b\u001B[2J.md', Buffer.from('thr\xE9e', 'latin1'))
    const { code, stdout, stderr } = await run(['ingest', docs(), ...here()])
    expect(code).toBe(3)
    expect(stdout).toBe(
      'b\\u{1b}[2J.md failed: line 1: not UTF-8\n1 added, 0 updated, 0 unchanged, 0 removed, 1 failed\n',
    )
    expect(stderr).toBe('added a.md\nfailed b\\u{1b}[2J.md\n')
  })

  it('names what was taken as plain text', async () => {
    await put('deep.md', `${'> '.repeat(300)}deep`)
    const { code, stdout } = await run(['ingest', docs(), ...here()])
    expect(code).toBe(0)
    expect(stdout).toContain('deep.md was taken as plain text: its blocks are nested more than 200 deep\n')
  })

  it('gives the report as one line of JSON', async () => {
    await put('a.md', '# A\n\nOne.')
    const { code, stdout, stderr } = await run(['ingest', docs(), '--json', ...here()])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^[^\n]*\n$/)
    expect(JSON.parse(stdout)).toEqual({
      added: 1,
      updated: 0,
      unchanged: 0,
      removed: 0,
      failed: [],
      takenAsText: [],
    })
  })

  it('draws a bar on a terminal, and takes it away', async () => {
    await put('a.md', '# A\n\nOne.')
    await put('b.md', '# B\n\nTwo.')
    const { stderr } = await run(['ingest', docs(), ...here()], { terminal: true })
    expect(stderr).toBe(
      `\r\u001B[K${'█'.repeat(12)}${'░'.repeat(12)} 1/2 a.md\r\u001B[K${'█'.repeat(24)} 2/2 b.md\r\u001B[K`,
    )
  })

  it('refuses to remove all for a folder without documents', async () => {
    const { code, stderr } = await run(['ingest', docs(), '--prune', ...here()])
    expect(code).toBe(2)
    expect(stderr).toContain('there are no documents in this folder')
  })
})

it('rag-tool prune removes what is not in the folder, of the one collection', async () => {
  await put('a.md', 'One.')
  await put('b.md', 'Two.')
  for (const collection of ['one', 'two'])
    await run(['ingest', docs(), '--collection', collection, ...here()])
  await rm(join(docs(), 'b.md'))
  expect(await run(['prune', docs(), '--collection', 'one', ...here()])).toMatchObject({
    stdout: '1 removed\n',
  })
  expect(await run(['prune', docs(), '--collection', 'two', '--json', ...here()])).toEqual({
    code: 0,
    stdout: '{"removed":1}\n',
    stderr: '',
  })
  await rm(join(docs(), 'a.md'))
  expect(await run(['prune', docs(), ...here()])).toMatchObject({ code: 2 })
})

describe('rag-tool', () => {
  it('takes the database from the environment, and keeps an embedded one in a folder', async () => {
    await put('a.md', 'One.')
    const env = { DATABASE_URL: inject('databaseUrl') }
    expect(await run(['ingest', docs(), '--schema', SCHEMA], { env })).toMatchObject({ code: 0 })
    const embedded = ['--data-dir', join(folder, 'data')]
    expect((await run(['ingest', docs(), ...embedded], { env: { DATABASE_URL: '' } })).stdout).toContain(
      '1 added',
    )
    expect((await run(['ingest', docs(), ...embedded])).stdout).toContain('1 unchanged')
  }, 60_000)

  it.each([
    [[], 'no command was given; it must be ingest, '],
    [['postgres://user:secret@host/db'], 'there is no such command'],
    [['ingest'], 'usage: rag-tool ingest FOLDER'],
    [['ingest', 'a', 'b'], 'usage: rag-tool ingest FOLDER'],
    [['ingest', 'a', '--nonsense'], "Unknown option '--nonsense'"],
  ])('ends with 2 where the command line is wrong: %j', async (args, message) => {
    const { code, stderr, stdout } = await run(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`rag-tool: ${message}`)
    expect(stderr).not.toContain('secret')
  })

  it('ends with 2 for a URL that is none, and with 1 where the database does not answer', async () => {
    await put('a.md', 'One.')
    expect(await run(['ingest', docs(), '--database-url', 'nonsense'])).toMatchObject({ code: 2 })
    const { code, stderr } = await run([
      'ingest',
      docs(),
      '--database-url',
      'postgres://u:secret@127.0.0.1:1/x',
    ])
    expect(code).toBe(1)
    expect(stderr).not.toContain('secret')
  })

  it('says in words that what it is to read is not there, or is of the other kind', async () => {
    await put('a.md', 'One.')
    const [missing, file] = [join(folder, 'missing'), join(docs(), 'a.md')]
    const noSuch = `rag-tool: there is no file or folder "${missing}"\n`
    expect(await run(['eval', '--questions', missing])).toMatchObject({ code: 1, stderr: noSuch })
    expect(await run(['ingest', missing, ...here()])).toMatchObject({ code: 1, stderr: noSuch })
    expect(await run(['ingest', file, ...here()])).toMatchObject({
      code: 1,
      stderr: `rag-tool: "${file}" is a file, but a folder is needed\n`,
    })
  })

  it.each([[['--help']], [['ingest', '--help']], [['prune', '-h']]])('explains itself: %j', async (args) => {
    const { code, stdout, stderr } = await run(args)
    expect([code, stderr]).toEqual([0, ''])
    for (const told of ['--database-url', '--json', 'Exit codes', ' 3 ']) expect(stdout).toContain(told)
  })
})
