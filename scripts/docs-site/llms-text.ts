import { dirname, join } from 'node:path'
import { FRONT_PAGE, groupsOfPages, read, REPOSITORY } from './pages.ts'

/** Where a page is for programs: as Markdown, not as a page of GitHub. */
const rawUrl = (path: string): string =>
  `${REPOSITORY.replace('github.com', 'raw.githubusercontent.com')}/main/${path}`

/** `llms.txt`: the front page, with whole addresses, for programs that read documentation. */
export function renderLlmsText(): string {
  const [front = '', ...rest] = read(FRONT_PAGE).split('\n## ')
  const [, title = '', intro = ''] = /^# (.+)\n+([\s\S]+?)(?:\n\n|$)/.exec(front) ?? []
  const lists = rest.flatMap((section) => {
    const [heading = '', ...lines] = section.split('\n')
    const entries = lines.join('\n').match(/^- \[[^\]]+\]\([^)]+\)(?:[^\n]|\n {2})*/gm) ?? []
    return entries.length > 0 ? [`## ${heading}\n\n${entries.map(withAddress).join('\n')}\n`] : []
  })
  return [`# ${title}\n`, `> ${intro.replaceAll('\n', ' ')}\n`, ...lists].join('\n')
}

function withAddress(entry: string): string {
  return entry
    .replaceAll(/\n {2}/g, ' ')
    .replaceAll(
      /\]\((?![a-z]+:)([^)#]+)(#[^)]*)?\)/g,
      (_all, path: string) => `](${rawUrl(join(dirname(FRONT_PAGE), path))})`,
    )
}

/** `llms-full.txt`: the pages themselves, one behind the other, in the order of the front page. */
export function renderLlmsFullText(): string {
  const pages = [...groupsOfPages().values()].flat()
  return [...new Set(pages)].map((path) => `<!-- ${path} -->\n\n${read(path)}`).join('\n')
}
