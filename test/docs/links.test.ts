import { describe, expect, it } from 'vitest'
import { followLinks } from '../../scripts/docs-site/markdown-links.ts'
import { FRONT_PAGE, groupsOfPages, pages, pathsOf } from '../../scripts/docs-site/pages.ts'

describe('the pages of the documentation', () => {
  it('link to files and headings that are there', () => {
    const { internal, external, broken } = followLinks(pages())
    const addresses = [...new Set(external.map(({ href }) => href))].toSorted()
    console.log(
      `${internal.length} internal links in ${pages().length} pages; not followed:\n${addresses.join('\n')}`,
    )
    expect(internal.length).toBeGreaterThan(100)
    expect(broken).toEqual([])
  })

  it('notice a link that leads nowhere', () => {
    const { broken } = followLinks(['test/docs/broken-links.md'])
    expect(broken.map(({ href }) => href)).toEqual(['nowhere.md', 'broken-links.md#nowhere', '#not-here'])
  })

  it('can all be reached from the front page', () => {
    const reached = new Set([...groupsOfPages().values()].flat())
    const all = pathsOf('docs/**/*.md', 'packages/*/README.md')
    expect(all.length).toBeGreaterThan(30)
    expect(all.filter((path) => path !== FRONT_PAGE && !reached.has(path))).toEqual([])
  })
})
