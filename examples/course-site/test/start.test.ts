import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../server/listen.ts'

const START = join(import.meta.dirname, '../start.ts')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface Run {
  child: ChildProcess
  output: { stdout: string; stderr: string }
  exited: Promise<number | null>
}

function start(env: Record<string, string>): Run {
  const child = spawn(process.execPath, [START], {
    env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'data'), PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)))
  const exited = once(child, 'close').then(([code]) => code as number | null)
  return { child, output, exited }
}

describe('the start command', { timeout: 60_000 }, () => {
  it('prints one line when it is ready, and ends cleanly when it is told to', async () => {
    const { child, output, exited } = start({ OPENAI_API_KEY: '', DATABASE_URL: '' })
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), exited])
    expect(output.stdout).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+\n$/)
    const health = await fetch(`${output.stdout.slice('ready '.length).trim()}/healthz`)
    expect(health.status).toBe(200)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(output.stdout.split('\n')).toHaveLength(2)
  })

  it('says in one line which setting is at fault, and exits with 1', async () => {
    const busy = createServer().listen(0, '127.0.0.1')
    await once(busy, 'listening')
    const { port } = busy.address() as AddressInfo
    const cases: [Record<string, string>, RegExp][] = [
      [{ PORT: String(port) }, new RegExp(`^127\\.0\\.0\\.1:${port} is in use by another program`)],
      [{ PORT: 'http' }, /^PORT is "http", but must be a whole number/],
      [{ HOST: '192.0.2.1' }, /^HOST "192\.0\.2\.1" is no address of this machine/],
      [
        { DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/x?connect_timeout=1`, PORT: '0' },
        /DATABASE_URL cannot be reached/,
      ],
    ]
    const refusing = createHttpServer((_request, response) => response.writeHead(401).end()).listen(
      0,
      '127.0.0.1',
    )
    await once(refusing, 'listening')
    const { port: keyPort } = refusing.address() as AddressInfo
    cases.push([
      { OPENAI_API_KEY: 'sk-wrong', OPENAI_BASE_URL: `http://127.0.0.1:${keyPort}/v1` },
      new RegExp(`^OPENAI_API_KEY was refused by 127\\.0\\.0\\.1:${keyPort} \\(401\\)`),
    ])
    // Nobody speaks on the busy port: a database there closes every connection.
    busy.on('connection', (socket) => socket.destroy())
    for (const [env, message] of cases) {
      const { output, exited } = start(env)
      expect(await exited).toBe(1)
      expect(output.stdout).toBe('')
      expect(output.stderr).toMatch(message)
      expect(output.stderr.trimEnd().split('\n')).toHaveLength(1)
    }
    busy.close()
    refusing.close()
  })
})

it('says that it lives, and to come again for the rest, until it serves', async () => {
  const listening = await listen({ host: '127.0.0.1', port: 0 })
  try {
    const statuses = async (): Promise<number[]> => {
      const responses = await Promise.all(
        ['/healthz', '/readyz', '/'].map((path) => fetch(listening.url + path)),
      )
      return responses.map(({ status }) => status)
    }
    expect(await statuses()).toEqual([200, 503, 503])
    listening.serve(() => new Response(null, { status: 204 }))
    expect(await statuses()).toEqual([204, 204, 204])
  } finally {
    await listening.close()
  }
})
