import { expect, it } from 'vitest'
import { renderLlmsFullText, renderLlmsText } from '../../scripts/docs-site/llms-text.ts'
import { groupsOfPages, read } from '../../scripts/docs-site/pages.ts'

it('docs/llms.txt is the front page as it is now: `npx pnpm@12.21.0 docs:site` writes it', () => {
  expect(read('docs/llms.txt')).toBe(renderLlmsText())
})

it('names every page of the front page once, by an address from which it can be loaded as Markdown', () => {
  const text = renderLlmsText()
  for (const [group, paths] of groupsOfPages()) {
    if (group === 'Decisions') continue
    expect(text).toContain(`## ${group}\n`)
    for (const path of paths) expect(text.split(`/main/${path})`)).toHaveLength(2)
  }
})

it('the full text has the words of every page', () => {
  const text = renderLlmsFullText()
  for (const path of [...groupsOfPages().values()].flat()) expect(text).toContain(read(path))
})
