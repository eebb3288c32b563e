import { stripTypeScriptTypes } from 'node:module'
import { expect, it } from 'vitest'
import { pages, pathsOf, read } from '../../scripts/docs-site/pages.ts'

interface Block {
  page: string
  code: string
}

const blocks: Block[] = pages().flatMap((page) =>
  [...read(page).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => ({ page, code })),
)

/** Files that tests or `check:examples` run. */
const files = pathsOf(
  'examples/*/*.ts',
  'examples/standalone/**/*.{ts,tsx}',
  'packages/*/examples/*.ts',
  'packages/*/test/**/*.ts',
).map(read)

const isRun = ({ code }: Block): boolean => files.some((file) => file.includes(code))

/** A few lines that show one option are no program: they have at least to be one that can be parsed. */
const MAX_FRAGMENT_LINES = 20

it('the code of the documentation is code of files that are run, or a fragment of a few lines', () => {
  const fragments = blocks.filter((block) => !isRun(block))
  console.log(
    `${blocks.length} examples: ${blocks.length - fragments.length} are run, ${fragments.length} are fragments`,
  )
  expect(blocks.length).toBeGreaterThan(30)
  const long = fragments.filter(({ code }) => code.split('\n').length > MAX_FRAGMENT_LINES)
  expect(long).toEqual([])
})

it.each(blocks.filter((block) => !isRun(block)))('a fragment of $page is TypeScript: $code', ({ code }) => {
  expect(() => stripTypeScriptTypes(code)).not.toThrow()
})

it('every test file that the documentation names is there', () => {
  const tests = new Set(pathsOf('**/*.test.ts').map((path) => path.split('/').at(-1)))
  const named = pages().flatMap((page) =>
    [...read(page).matchAll(/`(?:[\w-]+\/)*([\w.-]+\.test\.ts)`/g)].map(
      ([, name = '']) => `${page}: ${name}`,
    ),
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !tests.has(name.split(': ')[1]))).toEqual([])
})

it('every command that the documentation names is there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const commands = pages().flatMap((page) =>
    [...read(page).matchAll(/npx pnpm@12\.21\.0\s+([\w:-]+)/g)].map(([, name = '']) => `${page}: ${name}`),
  )
  expect(commands.length).toBeGreaterThan(20)
  expect(commands.filter((name) => !Object.hasOwn(scripts, name.split(': ')[1] ?? ''))).toEqual([])
})
