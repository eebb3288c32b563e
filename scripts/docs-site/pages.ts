import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')
export const REPOSITORY = 'https://github.com/robolearn/chatkit-server'
export const FRONT_PAGE = 'docs/README.md'

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Paths of the repository that match, with forward slashes, in order. */
export const pathsOf = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: ROOT, exclude: (path) => /(^|[\\/])(node_modules|dist)([\\/]|$)/.test(path) })
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()

/** Every Markdown page that people read: of `docs`, of the packages, of the examples, and of the root. */
export const pages = (): string[] =>
  pathsOf(
    '*.md',
    'docs/**/*.md',
    'packages/*/README.md',
    'examples/**/README.md',
    'examples/standalone/**/*.md',
  )

/** What a page calls itself. */
export function titleOf(path: string): string {
  const title = /^# (.+)$/m.exec(read(path))?.[1]
  if (title === undefined) throw new Error(`${path} has no title: begin it with "# ".`)
  return title.replaceAll('`', '')
}

/** The groups of the site, and the pages in each: the headings of the front page with what they list, and decisions. */
export function groupsOfPages(): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  let group: string[] = []
  for (const line of read(FRONT_PAGE).split('\n')) {
    const [, heading] = /^## (.+)$/.exec(line) ?? []
    if (heading !== undefined) groups.set(heading, (group = []))
    const [, target] = /^- \[[^\]]+\]\(([^)#]+\.md)\)/.exec(line) ?? []
    if (target !== undefined) group.push(join('docs', target))
  }
  groups.set('Decisions', pathsOf('docs/decisions/0*.md'))
  return groups
}
