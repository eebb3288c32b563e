import { describe, expect, it } from 'vitest'
import { createChatKitHandler, textStream } from '../src/index.ts'
import { decodeStream, scriptedResponder, type DecodedEvent } from '../src/testing/index.ts'
import { ada, create, TestServer, type User } from './test-server.ts'

describe('a scripted responder', () => {
  it('answers turn after turn as it was told, and fails beyond its end', async () => {
    const { respond, turns } = scriptedResponder<User>([
      'One.',
      ['Tw', 'o.'],
      (turn) => textStream(turn, [`Three for ${turn.context.userId}.`]),
      new Error('Four failed.'),
    ])
    const server = new TestServer(respond)
    const answers: unknown[] = []
    for (let i = 0; i < 5; i++) {
      const last = (await server.events(create(`Question ${i}`))).at(-1)
      answers.push(
        last?.type === 'thread.item.done' && 'content' in last.item ? last.item.content : last?.type,
      )
    }
    const said = (text: string) => [{ type: 'output_text', text, annotations: [] }]
    expect(answers).toEqual([said('One.'), said('Two.'), said('Three for ada.'), 'error', 'error'])
    expect(server.errors.map(String)).toEqual(['Error: Four failed.', 'Error: The script has no turn 5.'])
    expect(turns.map(({ userMessage }) => userMessage?.content[0]?.text)).toEqual(
      [0, 1, 2, 3, 4].map((i) => `Question ${i}`),
    )
  })
})

describe('a decoded stream', () => {
  const { respond } = scriptedResponder<User>(['Hello.'])
  const { fetch } = createChatKitHandler(new TestServer(respond), { authenticate: () => ada })
  const ask = (body: object): Promise<Response> => {
    const headers = { 'content-type': 'application/json' }
    return fetch(new Request('http://localhost/', { method: 'POST', headers, body: JSON.stringify(body) }))
  }

  it('gives the events of a response with the ids to resume from', async () => {
    const decoded: DecodedEvent[] = []
    for await (const one of decodeStream(await ask(create('Hi')))) decoded.push(one)
    expect(decoded.map(({ event }) => event.type)).toEqual(
      expect.arrayContaining(['thread.created', 'stream_options', 'thread.item.done']),
    )
    expect(decoded.map(({ id }) => id?.split(':')[1])).toEqual(decoded.map((_, index) => String(index + 1)))
  })

  it('says so where a response is none', async () => {
    const response = await ask({ type: 'threads.list', params: {} })
    await expect(decodeStream(response).next()).rejects.toThrow('Not a stream of events, but a 200')
  })
})
