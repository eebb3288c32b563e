// Puts the packed packages into empty projects outside of the workspace, and starts there what the documentation shows:
// the first example of each README behind its own `npm install`, and the small examples as they stand. Their types have
// to hold, too. Names choose some of them; `quick` chooses those that install within seconds.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXAMPLES } from './check-examples/examples.mjs'
import { firstExample } from './check-examples/readme.mjs'
import { checkTypes, createProject, installInto, packPackages } from './packed-project.mjs'

const ROOT = join(import.meta.dirname, '..')

function prepare(project, { readme, folder }, tarballs) {
  if (folder) {
    const isOfWorkspace = (path) => /[\\/](node_modules|test|\.next|vitest\.config\.ts)$/.test(path)
    cpSync(join(ROOT, folder), project, { recursive: true, filter: (path) => !isOfWorkspace(path) })
    installInto(project, tarballs)
  } else {
    const { needs, program } = firstExample(join(ROOT, readme))
    createProject(project)
    writeFileSync(join(project, 'server.ts'), program)
    installInto(project, tarballs, needs)
  }
}

function typesHold(project, tarballs) {
  cpSync(join(import.meta.dirname, 'check-examples/tsconfig.json'), join(project, 'tsconfig.json'))
  installInto(project, tarballs, ['@types/node@24'])
  checkTypes(project)
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => name !== 'quick' && !Object.hasOwn(EXAMPLES, name))
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. There are: quick, ${Object.keys(EXAMPLES).join(', ')}.`)
  process.exit(2)
}
const chosen = Object.entries(EXAMPLES).filter(
  ([name, { quick }]) => wanted.length === 0 || wanted.includes(name) || (quick && wanted.includes('quick')),
)

const root = mkdtempSync(join(tmpdir(), 'examples-'))
let failed = 0
try {
  const tarballs = packPackages(root)
  for (const [name, example] of chosen) {
    const project = join(root, name)
    try {
      prepare(project, example, tarballs)
      await example.check(project)
      if (!example.hasTypes) typesHold(project, tarballs)
      console.log(`pass ${name}`)
    } catch (error) {
      failed += 1
      console.error(`FAIL ${name}\n${error.message}`)
    }
    rmSync(project, { recursive: true, force: true })
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
console.log(`${chosen.length - failed} examples passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
