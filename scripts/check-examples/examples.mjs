import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../packed-project.mjs'
import { answerOf } from './answer-of.mjs'
import { askServer } from './serve.mjs'

const ROOT = join(import.meta.dirname, '../..')

const ask = (cwd, options = {}) =>
  askServer({ command: [process.execPath, 'server.ts'], ready: /localhost:(\d+)/, cwd, ...options })

/** A server whose only word is what it was told. */
const echoes = (options) => async (project) =>
  assert.equal(answerOf(await ask(project, options)), 'You said: Hello')

/** A program that ends, and what it prints. */
const prints =
  (line, ...args) =>
  async (project) =>
    assert.equal(run(process.execPath, ['server.ts', ...args], project).split('\n')[0], line)

/** A port on which nobody listens: a model's API that is away. */
const AWAY = { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }

/**
 * Where each comes from, what is asked of it, and how it is checked. `readme`: its first example, pasted into an empty
 * project. `folder`: copied. `quick`: installs within seconds.
 */
export const EXAMPLES = {
  quickstart: { readme: 'README.md', quick: true, check: echoes() },
  core: { readme: 'packages/chatkit-server-core/README.md', quick: true, check: echoes() },
  'agent-openai': {
    readme: 'packages/agent-openai/README.md',
    quick: true,
    check: async (project) => {
      cpSync(join(import.meta.dirname, 'ask-agent.ts'), join(project, 'ask-agent.ts'))
      assert.equal(run(process.execPath, ['ask-agent.ts'], project), 'A node is a process.')
    },
  },
  'store-postgres': {
    readme: 'packages/store-postgres/README.md',
    quick: true,
    check: prints('Ada has 0 conversations', './data'),
  },
  'rag-tool': {
    readme: 'packages/rag-tool/README.md',
    quick: true,
    check: prints('4 documents added, 0 failed', join(ROOT, 'packages/rag-tool/test/lessons')),
  },
  minimal: { folder: 'examples/minimal', quick: true, check: echoes() },
  'node-http': {
    folder: 'examples/node-http',
    quick: true,
    check: async (project) => {
      await echoes({ headers: { authorization: 'ada' } })(project)
      assert.equal((await ask(project)).status, 401)
    },
  },
  express: { folder: 'examples/standalone/express', quick: true, check: echoes() },
  'ai-sdk': {
    folder: 'examples/standalone/ai-sdk',
    check: async (project) => {
      assert.equal(answerOf(await ask(project)), 'A node is a process. (2 messages were read.)')
      assert.equal(answerOf(await ask(project, { env: AWAY })), 'stream.error')
    },
  },
  langgraph: {
    folder: 'examples/standalone/langgraph',
    check: async (project) => {
      assert.equal(answerOf(await ask(project)), 'A node is a process.')
    },
  },
  'nextjs-route': {
    folder: 'examples/standalone/nextjs-route',
    // Its own compiler checks the types, as part of the build.
    hasTypes: true,
    check: async (project) => {
      const next = join(project, 'node_modules/next/dist/bin/next')
      run(process.execPath, [next, 'build'], project)
      const command = [process.execPath, next, 'start']
      await echoes({ command, ready: /localhost:(\d+)/ })(project)
    },
  },
}
