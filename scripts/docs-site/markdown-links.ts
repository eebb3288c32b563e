import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Slugger from 'github-slugger'
import { lexer, walkTokens, type Token } from 'marked'
import { read, ROOT } from './pages.ts'

export interface MarkdownLink {
  /** The page that has it, from the repository's root. */
  page: string
  href: string
}

export interface LinkReport {
  internal: MarkdownLink[]
  external: MarkdownLink[]
  broken: MarkdownLink[]
}

function tokensOf(page: string): Token[] {
  const tokens: Token[] = []
  void walkTokens(lexer(read(page)), (token) => {
    tokens.push(token)
  })
  return tokens
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const slugger = new Slugger()
  const plain = (text: string): string => text.replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1')
  return new Set(
    tokensOf(page).flatMap((token) =>
      token.type === 'heading' ? [slugger.slug(plain(String(token['text'])))] : [],
    ),
  )
}

/** Whether the file, and the heading in it, are there. */
function leadsSomewhere({ page, href }: MarkdownLink): boolean {
  const [path = '', anchor] = decodeURIComponent(href).split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(ROOT, target))) return false
  return anchor === undefined || (target.endsWith('.md') && anchorsOf(target).has(anchor))
}

/** Follows every link and picture of the pages to its file and heading. Links to other sites are listed only. */
export function followLinks(pages: readonly string[]): LinkReport {
  const links = pages.flatMap((page) =>
    tokensOf(page).flatMap((token) =>
      token.type === 'link' || token.type === 'image' ? [{ page, href: String(token['href']) }] : [],
    ),
  )
  const internal = links.filter(({ href }) => !/^[a-z]+:/.test(href))
  return {
    internal,
    external: links.filter(({ href }) => /^[a-z]+:/.test(href)),
    broken: internal.filter((link) => !leadsSomewhere(link)),
  }
}
