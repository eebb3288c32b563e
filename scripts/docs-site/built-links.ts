import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface BuiltLinks {
  count: number
  /** As `page → link`. */
  broken: string[]
  external: string[]
}

/** Follows every link of the built pages to a file of the site and, where it names one, to the element there. */
export function builtLinks(folder: string): BuiltLinks {
  const ids = new Map<string, Set<string>>()
  const idsOf = (page: string): Set<string> => {
    const known = ids.get(page)
    if (known) return known
    const html = readFileSync(join(folder, page), 'utf8')
    const found = new Set([...html.matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, id = '']) => plain(id)))
    ids.set(page, found)
    return found
  }
  const links = globSync('**/*.html', { cwd: folder })
    .toSorted()
    .flatMap((page) =>
      [
        ...readFileSync(join(folder, page), 'utf8').matchAll(
          /<(?:a|img|link|script)\s[^>]*?(?:href|src)="([^"]*)"/g,
        ),
      ].map(([, href = '']) => ({ page, href: plain(href) })),
    )
  const leadsSomewhere = ({ page, href }: { page: string; href: string }): boolean => {
    const [path = '', anchor] = decodeURIComponent(href).split('#')
    const target = path === '' ? page : join(dirname(page), path)
    if (!existsSync(join(folder, target))) return false
    return anchor === undefined || anchor === '' || idsOf(target).has(anchor)
  }
  const inside = links.filter(({ href }) => !/^(?:[a-z]+:|\/\/)/.test(href))
  return {
    count: inside.length,
    broken: inside.filter((link) => !leadsSomewhere(link)).map(({ page, href }) => `${page} → ${href}`),
    external: [
      ...new Set(links.map(({ href }) => href).filter((href) => /^(?:https?:)?\/\//.test(href))),
    ].toSorted(),
  }
}

const plain = (attribute: string): string =>
  attribute.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')
