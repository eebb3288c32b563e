import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { createChatKitHandler, type ThreadItem, type ThreadStreamEvent, type Turn } from '../../src/index.ts'
import { toNodeHandler } from '../../src/node/index.ts'
import { aborted } from '../hooked-server.ts'
import { ada, answer, beginning, TestServer, type User } from '../test-server.ts'

export interface SeenRequest {
  type: string
  key: string | null
  lastEventId: string | null
}

/** A page with a chat, and a server whose answers say one half at once and the other one when they are told to. */
export interface ChatSite extends AsyncDisposable {
  url: string
  server: TestServer
  requests: SeenRequest[]
  /** The reasons for which answers were dropped, as the page found them. */
  left: string[]
  /** What was asked for in the answers that were stopped. */
  stopped: string[]
  /** Lets the answer to this message be finished. */
  finish: (text: string) => void
  /** Lets requests wait before they are looked at, until the function that it gives is called. */
  hold: () => () => void
  /** Breaks every connection off. */
  cut: () => void
  /** Lets pages wait before they are sent, until the function that it gives is called. */
  holdPages: () => () => void
  /** The items of the thread that begins with this message; there must be one. */
  stored: (text: string) => Promise<ThreadItem[]>
}

export async function startChatSite(): Promise<ChatSite> {
  const script = await bundlePage()
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const requests: SeenRequest[] = []
  const left: string[] = []
  const stopped: string[] = []
  let held = Promise.resolve()
  let heldPages = Promise.resolve()

  const gateOf = (text: string): PromiseWithResolvers<void> => {
    const gate = gates.get(text) ?? Promise.withResolvers<void>()
    gates.set(text, gate)
    return gate
  }
  async function* respond(turn: Turn<User>): AsyncGenerator<ThreadStreamEvent> {
    const text = turn.userMessage?.content[0]?.text ?? ''
    const item = answer(turn, '')
    yield* beginning(item, `half of ${text}`)
    await Promise.race([gateOf(text).promise, aborted(turn.signal)])
    if (turn.signal.aborted) {
      stopped.push(text)
      return
    }
    const words = `half of ${text}, and the rest`
    yield {
      type: 'thread.item.done',
      item: { ...item, content: [{ type: 'output_text', text: words, annotations: [] }] },
    }
  }
  const server = new TestServer(respond)
  const chatKit = createChatKitHandler(server, {
    authenticate: async (request) => {
      const { type } = (await request.clone().json()) as { type: string }
      const { headers } = request
      const key = headers.get('idempotency-key')
      requests.push({ type, key, lastEventId: headers.get('last-event-id') })
      await held
      return ada
    },
  })
  const page = (path: string): Response =>
    path === '/chat.js'
      ? new Response(script, { headers: { 'content-type': 'text/javascript' } })
      : new Response('<!doctype html><title>Chat</title><script src="/chat.js"></script>', {
          headers: { 'content-type': 'text/html' },
        })
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (pathname === '/chatkit') return chatKit.fetch(request)
    const [, reason] = /^\/left\/(\w+)$/.exec(pathname) ?? []
    if (reason !== undefined) {
      left.push(reason)
      return new Response()
    }
    await heldPages
    return page(pathname)
  }
  const listener = createServer(toNodeHandler({ fetch }))
  const listening = Promise.withResolvers<void>()
  listener.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  const { port } = listener.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}`,
    server,
    requests,
    left,
    stopped,
    finish: (text) => gateOf(text).resolve(),
    hold: () => {
      const gate = Promise.withResolvers<void>()
      held = gate.promise
      return () => gate.resolve()
    },
    cut: () => listener.closeAllConnections(),
    holdPages: () => {
      const gate = Promise.withResolvers<void>()
      heldPages = gate.promise
      return () => gate.resolve()
    },
    stored: async (text) => {
      const { data: threads } = await server.json<{ data: { id: string }[] }>({
        type: 'threads.list',
        params: {},
      })
      const pages = await Promise.all(
        threads.map(({ id }) =>
          server.json<{ data: ThreadItem[] }>({
            type: 'items.list',
            params: { thread_id: id, order: 'asc' },
          }),
        ),
      )
      const [only, ...others] = pages.filter(({ data: [first] }) => asks(first, text))
      if (!only || others.length > 0) throw new Error(`${others.length + 1} threads begin with ${text}.`)
      return only.data
    },
    [Symbol.asyncDispose]: async () => {
      await server.close({ graceMs: 0 })
      const closed = Promise.withResolvers<void>()
      listener.close(() => closed.resolve())
      listener.closeAllConnections()
      await closed.promise
    },
  }
}

const asks = (item: ThreadItem | undefined, text: string): boolean =>
  item?.type === 'user_message' && item.content[0]?.text === text

async function bundlePage(): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('chat-page.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  })
  return result.outputFiles[0]?.text ?? ''
}
