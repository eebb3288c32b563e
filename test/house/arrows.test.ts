import { describe, expect, it } from 'vitest'
import { resolveRelative, runtimeClosure, sourceFiles, type SourceFile } from './source-files.ts'

const CORE = '@robolearn/chatkit-server-core'
const PACKAGES = ['chatkit-server-core', 'store-postgres', 'agent-openai', 'rag-tool']
const AGENT_FRAMEWORKS = /^(@openai\/agents|openai|ai|@ai-sdk|langchain|@langchain)(\/|$|-)/

/** Every import of a file that `isWrong` finds wrong, as `file → import`. */
function wrongImports(
  files: SourceFile[],
  isWrong: (specifier: string, file: SourceFile, typeOnly: boolean) => boolean,
): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter(({ specifier, typeOnly }) => isWrong(specifier, file, typeOnly))
      .map(({ specifier }) => `${file.path} → ${specifier}`),
  )
}

describe('arrows between packages point inward', () => {
  it('core imports no other package of the house and no agent framework', () => {
    const files = sourceFiles('packages/chatkit-server-core/src')
    expect(files.length).toBeGreaterThan(20)
    expect(wrongImports(files, (to) => to.startsWith('@robolearn/') || AGENT_FRAMEWORKS.test(to))).toEqual([])
  })

  it.each(['store-postgres', 'agent-openai', 'rag-tool'])(
    '%s knows core only, by its public entries',
    (name) => {
      const files = sourceFiles(`packages/${name}/src`)
      expect(files.length).toBeGreaterThan(3)
      expect(
        wrongImports(
          files,
          (to) => to.startsWith('@robolearn/') && to !== CORE && !to.startsWith(`${CORE}/`),
        ),
      ).toEqual([])
    },
  )

  it('rag-tool takes nothing but types from core', () => {
    const files = sourceFiles('packages/rag-tool/src')
    expect(wrongImports(files, (to, _file, typeOnly) => to.startsWith(CORE) && !typeOnly)).toEqual([])
  })

  it('rag-tool needs the Agents SDK in its ./agents entry only', () => {
    const files = runtimeClosure('packages/rag-tool/src/index.ts')
    expect(wrongImports(files, (to) => AGENT_FRAMEWORKS.test(to))).toEqual([])
  })

  it.each(PACKAGES)('no file of %s reaches out of its own folder', (name) => {
    const inside = `packages/${name}/src/`
    expect(
      wrongImports(
        sourceFiles(`packages/${name}/src`),
        (to, file) => to.startsWith('.') && !resolveRelative(file.path, to).startsWith(inside),
      ),
    ).toEqual([])
  })
})

describe('arrows between the rooms of core', () => {
  const core = 'packages/chatkit-server-core/src'

  it('the main entry and the client need no node: module', () => {
    for (const entry of ['index', 'client/index']) {
      const files = runtimeClosure(`${core}/${entry}.ts`)
      expect(wrongImports(files, (to) => to.startsWith('node:'))).toEqual([])
    }
  })

  it('the main entry and the client need no package that is optional', () => {
    const optional = /^(@cfworker\/json-schema|@huggingface\/jinja|@fastify\/busboy|file-type)$/
    for (const entry of ['index', 'client/index']) {
      const files = runtimeClosure(`${core}/${entry}.ts`)
      expect(wrongImports(files, (to, _file, typeOnly) => !typeOnly && optional.test(to))).toEqual([])
    }
  })

  it('the client carries no validator, so that it stays small in a browser', () => {
    expect(wrongImports(runtimeClosure(`${core}/client/index.ts`), (to) => to === 'zod')).toEqual([])
  })

  it('the protocol knows nothing of runs, routes, stores or HTTP', () => {
    const allowed = [`${core}/protocol/`, `${core}/errors.ts`]
    expect(
      wrongImports(
        sourceFiles(`${core}/protocol`),
        (to, file) =>
          to.startsWith('.') && !allowed.some((place) => resolveRelative(file.path, to).startsWith(place)),
      ),
    ).toEqual([])
  })

  it('nothing but the server and the handler knows of HTTP', () => {
    const rooms = ['protocol', 'routes', 'runs', 'store', 'client']
    for (const room of rooms) {
      expect(wrongImports(sourceFiles(`${core}/${room}`), (to) => to.includes('/http/'))).toEqual([])
    }
  })
})
