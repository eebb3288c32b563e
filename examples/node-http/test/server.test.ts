import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'

let child: ChildProcess
let url: string

beforeAll(async () => {
  const started = spawn(process.execPath, [join(import.meta.dirname, '../server.ts')], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child = started
  const [line] = (await once(createInterface(started.stdout), 'line')) as [string]
  url = /http:\S+/.exec(line)?.[0] ?? ''
})

afterAll(() => {
  if (child.exitCode === null) child.kill('SIGKILL')
})

const post = (headers: Record<string, string>): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      type: 'threads.create',
      params: { input: { content: [{ type: 'input_text', text: 'Hello' }] } },
    }),
  })

it('answers who says who they are, and nobody else', async () => {
  expect(await (await post({ authorization: 'ada' })).text()).toContain('"text":"You said: Hello"')
  expect((await post({})).status).toBe(401)
})

it('can be used by the page that it names, and by no other', async () => {
  const allowed = async (origin: string): Promise<string | null> =>
    (await post({ authorization: 'ada', origin })).headers.get('access-control-allow-origin')
  expect(await allowed('http://localhost:5173')).toBe('http://localhost:5173')
  expect(await allowed('http://localhost:9999')).toBeNull()
})

it('ends by itself when it is told to', async () => {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})
