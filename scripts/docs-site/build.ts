import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Application, LogLevel } from 'typedoc'
import { builtLinks } from './built-links.ts'
import { renderLlmsFullText, renderLlmsText } from './llms-text.ts'
import { nameReflections } from './name-reflections.ts'
import { FRONT_PAGE, groupsOfPages, REPOSITORY, ROOT } from './pages.ts'
import { publishedEntries } from './published-entries.ts'

// Builds the site of the documentation from the pages of `docs` and the docstrings of the packages, without a network,
// writes `docs/llms.txt`, and follows every link of what was built.

const out = join(ROOT, 'docs-site')
const entries = publishedEntries()
const groups = groupsOfPages()
rmSync(out, { recursive: true, force: true })

const app = await Application.bootstrap({
  name: 'ChatKit server for TypeScript',
  // Its default is `docs`, and it empties its folder first.
  out,
  cleanOutputDir: false,
  entryPoints: [...entries.keys()].map((path) => join(ROOT, path)),
  projectDocuments: [...new Set([...groups.values()].flat())].map((path) => join(ROOT, path)),
  readme: join(ROOT, FRONT_PAGE),
  tsconfig: join(ROOT, 'tsconfig.json'),
  basePath: ROOT,
  displayBasePath: ROOT,
  // `typecheck` does that, with the TypeScript of the project.
  skipErrorChecking: true,
  excludePrivate: true,
  excludeExternals: true,
  disableGit: true,
  sourceLinkTemplate: `${REPOSITORY}/blob/main/{path}#L{line}`,
  searchInDocuments: true,
  highlightLanguages: ['typescript', 'json', 'shell', 'sql', 'nginx'],
  navigationLinks: { Repository: REPOSITORY },
  groupOrder: [...groups.keys(), 'Entries', '*'],
  sort: ['documents-first', 'source-order'],
  navigation: { includeGroups: true, includeCategories: false, includeFolders: false },
  // Of paths, `builtLinks` takes care.
  validation: { notExported: false, invalidLink: true, invalidPath: false, notDocumented: false },
  logLevel: LogLevel.Warn,
  githubPages: false,
})
nameReflections(app, entries)

const project = await app.convert()
if (!project) throw new Error('The sources could not be read: see above.')
app.validate(project)
await app.generateOutputs(project)

writeFileSync(join(ROOT, 'docs/llms.txt'), renderLlmsText())
writeFileSync(join(out, 'llms.txt'), renderLlmsText())
writeFileSync(join(out, 'llms-full.txt'), renderLlmsFullText())

const { count, broken, external } = builtLinks(out)
for (const link of broken) console.error(`broken: ${link}`)
console.log(
  `external links, not followed:\n${external.filter((url) => !url.startsWith(REPOSITORY)).join('\n')}`,
)
console.log(
  `${count} internal links followed, ${broken.length} broken; open ${join('docs-site', 'index.html')}`,
)
if (broken.length > 0 || app.logger.hasErrors()) process.exitCode = 1
