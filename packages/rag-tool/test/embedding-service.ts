import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the double answers instead of vectors: a status with headers and a body, or a cut connection. */
export type Fault = { status: number; headers?: Record<string, string>; body?: string } | 'cut' | 'silent'

export interface EmbeddingService extends AsyncDisposable {
  baseUrl: string
  requests: { headers: IncomingHttpHeaders; url: string; body: Record<string, unknown>; atMs: number }[]
  /** Comes before the answers, one a request. */
  faults: Fault[]
  /** How many vectors are asked of it, and in which order it gives them. */
  shuffle: boolean
}

/** An OpenAI-compatible `/embeddings` on this machine. The vector of a text is its length and its first code. */
export async function startEmbeddingService(): Promise<EmbeddingService> {
  const requests: EmbeddingService['requests'] = []
  const faults: Fault[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
    const body = JSON.parse(text) as { input: string[] }
    requests.push({
      headers: request.headers,
      url: request.url ?? '',
      body: { ...body },
      atMs: performance.now(),
    })
    const fault = faults.shift()
    if (fault === 'silent') return
    if (fault === 'cut') return void request.socket.destroy()
    if (fault) return void response.writeHead(fault.status, fault.headers).end(fault.body ?? '')
    const data = body.input.map((input, index) => ({ index, embedding: [input.length, input.charCodeAt(0)] }))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data: service.shuffle ? data.toReversed() : data }))
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const service: EmbeddingService = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`,
    requests,
    faults,
    shuffle: false,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return service
}
