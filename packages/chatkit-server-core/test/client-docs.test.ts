import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ThreadState } from '../src/client/index.ts'
import { createChatKitHandler, textStream, type Turn } from '../src/index.ts'
import { toNodeHandler } from '../src/node/index.ts'
import { apiOf } from './chat-kit-fetch-example.ts'
import { ask, follow, open } from './client-example.ts'
import { ada, create, TestServer, type User } from './test-server.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

describe('the examples of docs/client.md', () => {
  let listener: Server
  let url: string
  let gate: PromiseWithResolvers<void>
  const metadata: unknown[] = []

  async function* words(): AsyncGenerator<string> {
    yield 'Four '
    await gate.promise
    yield 'numbers.'
  }

  beforeAll(async () => {
    const server = new TestServer((turn: Turn<User>) => {
      metadata.push(turn.metadata)
      return textStream(turn, words())
    })
    listener = createServer(toNodeHandler(createChatKitHandler(server, { authenticate: () => ada })))
    const listening = Promise.withResolvers<void>()
    listener.listen(0, '127.0.0.1', () => listening.resolve())
    await listening.promise
    url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`
  })

  afterAll(() => {
    listener.close()
    listener.closeAllConnections()
  })

  it.each(['client-example.ts', 'chat-kit-fetch-example.ts'])('show %s as it is', (file) => {
    expect(read('../../../docs/client.md')).toContain(`\`\`\`ts\n${read(file)}\`\`\``)
  })

  it('follow an answer, and go on with it after a reload', async () => {
    gate = Promise.withResolvers()
    const shown: ThreadState[] = []
    const reloaded: ThreadState[] = []
    const hasWords = Promise.withResolvers<string>()
    const following = follow(ask(url, 'What is it?'), (state) => {
      shown.push(state)
      if (JSON.stringify(state.items).includes('Four ')) hasWords.resolve(state.thread?.id ?? '')
    })
    const threadId = await hasWords.promise
    const reopening = open(url, threadId, (state) => {
      reloaded.push(state)
      gate.resolve()
    })
    await Promise.all([following, reopening])
    expect(shown.at(-1)?.items[1]).toMatchObject({ content: [{ text: 'Four numbers.' }] })
    expect(reloaded[0]?.items[1]).toMatchObject({ content: [{ text: 'Four ' }] })
    expect(reloaded.at(-1)?.items).toEqual(shown.at(-1)?.items)
    expect(metadata).toEqual([{ page: { title: 'Quaternions' } }])
  })

  it('give the official client a fetch that sends the page', async () => {
    gate = Promise.withResolvers()
    gate.resolve()
    const { fetch, ...api } = apiOf(url, () => ({ title: 'Sensors' }))
    const response = await fetch(api.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(create('Hi')),
    })
    expect(await response.text()).toContain('numbers.')
    expect(metadata.at(-1)).toEqual({ page: { title: 'Sensors' } })
  })
})
