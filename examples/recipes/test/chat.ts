import {
  ChatKitServer,
  createChatKitHandler,
  MemoryStore,
  type ChatKitHandler,
  type ErrorCode,
  type ThreadStreamEvent,
} from '@robolearn/chatkit-server-core'

interface Context {
  userId: string
}

class Server extends ChatKitServer<Context> {
  async *respond(): AsyncGenerator<ThreadStreamEvent> {}
}

/** An endpoint with the `authenticate` of a recipe. */
export function endpointOf(authenticate: (request: Request) => Promise<Context | undefined>): {
  handler: ChatKitHandler
  owners: string[]
  errors: unknown[]
} {
  const owners: string[] = []
  const errors: unknown[] = []
  const server = new Server({
    store: new MemoryStore(),
    owner: ({ userId }) => (owners.push(userId), userId),
    hooks: { onError: (error) => errors.push(error) },
  })
  return { handler: createChatKitHandler(server, { authenticate }), owners, errors }
}

/** What the endpoint answers to a request with these headers: its status, and the code of a refusal. */
export async function ask(
  { fetch }: ChatKitHandler,
  headers: Record<string, string>,
): Promise<[number, ErrorCode | undefined]> {
  const response = await fetch(
    new Request('http://localhost/chatkit', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ type: 'threads.list', params: {} }),
    }),
  )
  const { error } = (await response.json()) as { error?: { code: ErrorCode } }
  return [response.status, error?.code]
}
