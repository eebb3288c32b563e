// Puts the packed core into fresh projects outside of the workspace, one for each runtime, where the same recording
// has to be answered and the types have to hold with `skipLibCheck: false`. Names of runtimes choose some of them.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkTypes, createProject, installInto, packPackages, run } from './packed-project.mjs'

const SOURCES = join(import.meta.dirname, 'check-runtimes')
const RECORDING = join(
  import.meta.dirname,
  '../packages/chatkit-server-core/test/fixtures/conformance/create-thread-streams-answer.json',
)

/** What each needs besides core, and whether its own types hold where nothing is skipped. */
const RUNTIMES = {
  'node-http': { needs: [], strict: true },
  hono: { needs: ['hono@4'], strict: true },
  express: { needs: ['express@5', '@types/express@5'], strict: true },
  fastify: { needs: ['fastify@5'], strict: true },
  // Its declarations name modules that it does not install.
  next: { needs: ['next@16', 'react@19', 'react-dom@19', '@types/react@19'], strict: false },
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(RUNTIMES, name))
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. There are: ${Object.keys(RUNTIMES).join(', ')}.`)
  process.exit(2)
}

const root = mkdtempSync(join(tmpdir(), 'runtimes-'))
try {
  const tarballs = packPackages(root, ['chatkit-server-core'])
  for (const [name, { needs, strict }] of Object.entries(RUNTIMES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const project = createProject(join(root, name))
    for (const file of ['answer.ts', 'check.ts', 'listen.ts', 'tsconfig.json']) {
      cpSync(join(SOURCES, file), join(project, file))
    }
    cpSync(join(SOURCES, 'runtimes', `${name}.ts`), join(project, 'runtime.ts'))
    if (name === 'next') cpSync(join(SOURCES, 'runtimes/next-route.ts'), join(project, 'route.ts'))
    cpSync(RECORDING, join(project, 'recording.json'))
    try {
      installInto(project, tarballs, ['@robolearn/chatkit-server-core', '@types/node@24', ...needs])
      checkTypes(project, strict ? [] : ['--skipLibCheck'])
      console.log(
        `${name}: ${run(process.execPath, ['check.ts'], project)}; types hold${strict ? '' : ', its own skipped'}`,
      )
    } catch (error) {
      console.error(`${name}: failed\n${error.message}`)
      process.exitCode = 1
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
