import { OpenAIProvider } from '@openai/agents'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the model's API answers one request with: raw streaming events, or an error. */
export type ApiReply = Record<string, unknown>[] | { status: number; body: unknown }

/** A double of the Responses API on this machine, which answers from a script and keeps what it received. */
export async function startResponsesApi(replies: ApiReply[] = []) {
  const received: { input: unknown[] }[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    received.push(JSON.parse(await textOf(request)) as { input: unknown[] })
    const reply = replies.shift() ?? { status: 500, body: { error: { message: 'The script is over.' } } }
    if (!Array.isArray(reply)) {
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of reply) {
      response.write(`event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`)
    }
    response.end()
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    replies,
    received,
    provider: new OpenAIProvider({
      apiKey: 'test',
      baseURL: `http://127.0.0.1:${port}/v1`,
      useResponses: true,
    }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
