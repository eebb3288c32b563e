import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadFolder, type Document, type FailedDocument } from '../src/index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rag-folder-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true })
  await writeFile(join(folder, path), content)
}

async function load(): Promise<(Document | FailedDocument)[]> {
  const loaded = []
  for await (const document of loadFolder(folder, { url: (path) => `/docs/${path}` })) loaded.push(document)
  return loaded
}

it('gives the documents of a folder, sorted by path, with the front matter of Markdown', async () => {
  await write('b.md', 'second')
  await write('a/z.markdown', '---\r\ntitle: Zed\r\nlanguage: de\r\ntags: [x, y]\r\n---\r\n# Other')
  await write('a/note.txt', 'plain')
  await write('a/page.HTM', '<p>page')
  await write('a/paper.pdf', '%PDF-')
  await write('a/data.json', 'no')
  await write('.git/x.md', 'no')
  await write('.hidden.md', 'no')
  await symlink('/etc/hostname', join(folder, 'link.md'))
  expect(await load()).toEqual([
    { id: 'a/note.txt', text: 'plain', mediaType: 'text/plain', url: '/docs/a/note.txt' },
    { id: 'a/page.HTM', text: '<p>page', mediaType: 'text/html', url: '/docs/a/page.HTM' },
    {
      id: 'a/paper.pdf',
      bytes: Buffer.from('%PDF-'),
      mediaType: 'application/pdf',
      url: '/docs/a/paper.pdf',
    },
    {
      id: 'a/z.markdown',
      text: '---\r\ntitle: Zed\r\nlanguage: de\r\ntags: [x, y]\r\n---\r\n# Other',
      title: 'Zed',
      language: 'de',
      url: '/docs/a/z.markdown',
      metadata: { tags: ['x', 'y'] },
    },
    { id: 'b.md', text: 'second', url: '/docs/b.md', metadata: {} },
  ])
})

it.each([
  ['bytes that are no UTF-8', Buffer.from('one\ntwo\nthr\xE9e\n', 'latin1'), /^line 3: not UTF-8$/],
  ['a half character at the end', Buffer.from('one\n€').subarray(0, -1), /^line 2: not UTF-8$/],
  [
    'front matter that does not parse',
    '---\ntitle: A\nlevel: [1, 2\n---\n',
    /^front matter, line [34]: \S.*\S$/,
  ],
  ['an unquoted colon', '---\ntitle: A: b\n---\n', /^front matter, line 2: \S.*[^:]$/],
  [
    'a list as front matter',
    '---\n- a\n---\n',
    /^front matter, line 2: not a list of fields \(`title: …`\)$/,
  ],
  ['a title that is no text', '---\ntitle: [a]\n---\n', /^front matter: `title` is not a text$/],
  [
    'far too many bytes',
    Buffer.alloc(3_000_001, 'x'),
    /^3000001 bytes; at most 1000000 characters are taken$/,
  ],
])('names a file with %s, and goes on', async (_, content, message) => {
  await write('broken.md', content)
  await write('sound.md', 'text')
  const [broken, sound] = await load()
  expect(broken).toEqual({ id: 'broken.md', error: expect.any(Error) })
  expect(broken && 'error' in broken && broken.error).toMatchObject({
    message: expect.stringMatching(message),
  })
  expect(sound).toMatchObject({ id: 'sound.md', text: 'text' })
})

it.each([
  ['---\n---\ntext', {}],
  ['---\ntitle: 2001\nx: 1\n---', { title: '2001' }],
  ['text\n---\ntitle: no\n---', {}],
  ['---\nnever closed', {}],
])('reads %j', async (text, fields) => {
  await write('a.md', text)
  expect((await load())[0]).toMatchObject({ text, ...fields })
})

it('throws when there is no such folder', async () => {
  folder = join(folder, 'absent')
  await expect(load()).rejects.toThrow('ENOENT')
  await mkdir(folder)
})
