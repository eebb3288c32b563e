import { expect, it } from 'vitest'
import { sourceFiles } from './source-files.ts'

it('files stay small: prints their mean and their longest', () => {
  const files = sourceFiles('packages').filter(({ path }) => /^packages\/[^/]+\/src\//.test(path))
  const longest = files.toSorted((a, b) => b.codeLines - a.codeLines).slice(0, 3)
  const mean = files.reduce((sum, file) => sum + file.codeLines, 0) / files.length
  const names = longest.map(({ path, codeLines }) => `${path} (${codeLines})`).join(', ')
  console.log(`${files.length} source files, ${Math.round(mean)} lines of code on average; longest: ${names}`)
  expect(longest.filter(({ codeLines }) => codeLines > 300)).toEqual([])
})
