import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import {
  type ActionTurn,
  type Annotation,
  ChatKitServer,
  createChatKitHandler,
  MemoryStore,
  type SyncActionInput,
  type ThreadItem,
  type ThreadStreamEvent,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { createAttachmentHandler, DiskAttachments } from '@robolearn/chatkit-server-core/disk'
import { Hono } from 'hono'
import { loadLessons } from '../pages/index.ts'
import { createApp } from '../server/app.ts'
import { loadAssets } from '../server/assets.ts'
import type { Learner } from '../server/learners.ts'
import { createSessions } from '../server/session.ts'

type Respond = (turn: Turn<Learner>) => AsyncIterable<ThreadStreamEvent>
type Act = (turn: ActionTurn<Learner>) => AsyncIterable<ThreadStreamEvent>
type ActAtOnce = (input: SyncActionInput<Learner>) => Promise<ThreadItem | undefined>

class ScriptedServer extends ChatKitServer<Learner> {
  script: Respond = () => answer([])
  dictated = Promise.resolve({ text: '' })

  override transcribe(): Promise<{ text: string }> {
    return this.dictated
  }

  override respond(turn: Turn<Learner>): AsyncIterable<ThreadStreamEvent> {
    return this.script(turn)
  }

  actScript: Act = () => answer([])
  actAtOnceScript: ActAtOnce = () => Promise.resolve(undefined)

  override action(turn: ActionTurn<Learner>): AsyncIterable<ThreadStreamEvent> {
    return this.actScript(turn)
  }

  override syncAction(input: SyncActionInput<Learner>): Promise<ThreadItem | undefined> {
    return this.actAtOnceScript(input)
  }
}

async function* answer(events: ThreadStreamEvent[]): AsyncGenerator<ThreadStreamEvent> {
  yield* events
}

/** An answer in pieces of text, with what each piece cites behind it. */
export interface ScriptedPiece {
  text: string
  cites?: { title: string; url: string }
  /** Waited for before the piece is sent. */
  after?: Promise<void>
}

/** The events of one assistant message, as the bridge of an agent would give them. */
export async function* scriptedAnswer(
  turn: Pick<Turn<Learner>, 'thread' | 'generateId' | 'now'>,
  pieces: readonly ScriptedPiece[],
): AsyncGenerator<ThreadStreamEvent> {
  const id = turn.generateId('msg')
  const item = { id, thread_id: turn.thread.id, created_at: turn.now().toISOString() }
  const annotations: Annotation[] = []
  let text = ''
  const content = () => ({ type: 'output_text' as const, text, annotations: [...annotations] })
  yield { type: 'thread.item.added', item: { ...item, type: 'assistant_message', content: [content()] } }
  for (const piece of pieces) {
    await piece.after
    text += piece.text
    yield {
      type: 'thread.item.updated',
      item_id: id,
      update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: piece.text },
    }
    if (!piece.cites) continue
    const annotation: Annotation = {
      type: 'annotation',
      source: { type: 'url', ...piece.cites },
      index: text.length,
    }
    annotations.push(annotation)
    yield {
      type: 'thread.item.updated',
      item_id: id,
      update: {
        type: 'assistant_message.content_part.annotation_added',
        content_index: 0,
        annotation_index: annotations.length - 1,
        annotation,
      },
    }
  }
  yield { type: 'thread.item.done', item: { ...item, type: 'assistant_message', content: [content()] } }
}

export interface ScriptedSite extends AsyncDisposable {
  url: string
  /** What answers from now on. */
  answerWith: (script: Respond) => void
  /** What the actions of widgets do from now on. */
  actWith: (script: Act) => void
  actAtOnceWith: (script: ActAtOnce) => void
  /** What whoever speaks has said from now on. */
  hear: (dictated: Promise<{ text: string }>) => void
  /** Breaks every connection that is open. */
  cut: () => void
  /** The site as if nobody had ever asked anything. */
  forget: () => Promise<void>
}

export interface ScriptedSiteOptions {
  /** Whether it takes files, and whether by a form (`direct`) or in two steps. Default: it takes none. */
  uploads?: 'direct' | 'two-step'
}

const ACCEPTED = ['image/png', 'text/plain']
const MAX_BYTES = 64 * 1024

// As the site's layout tells the panel which files it takes.
async function withUploadRules(response: Response, direct: boolean): Promise<Response> {
  if (!response.headers.get('content-type')?.startsWith('text/html')) return response
  const rules = { accept: ACCEPTED, maxBytes: MAX_BYTES, ...(direct ? { direct: '/attachments' } : {}) }
  const meta = `<meta name="chat-uploads" content='${JSON.stringify(rules)}'></head>`
  return new Response((await response.text()).replace('</head>', meta), response)
}

/** The whole site on a free port: real pages, sign-in, panel and protocol; only the answers are written beforehand. */
export async function startScriptedSite({ uploads }: ScriptedSiteOptions = {}): Promise<ScriptedSite> {
  const sessions = createSessions(new TextEncoder().encode('a key that signs cookies of tests only'))
  const folder = await mkdtemp(join(tmpdir(), 'course-site-'))
  const attachments = new DiskAttachments<Learner>({
    folder,
    publicUrl: '/attachments',
    secret: 'a key that signs URLs of tests only',
    allowedTypes: ACCEPTED,
    maxFileBytes: MAX_BYTES,
  })
  const authenticate = ({ headers }: Request) => sessions.read(headers)
  const begin = () => {
    const server = new ScriptedServer({
      store: new MemoryStore<Learner>(),
      attachmentStore: attachments,
      owner: ({ id }) => id,
      onDisconnect: 'finish',
      hooks: { onError: () => {} },
    })
    const handler = createChatKitHandler(server, { authenticate })
    const files = createAttachmentHandler(attachments, { direct: { server, authenticate } })
    return { server, handler, files }
  }
  let current = begin()
  const app = createApp({
    lessons: (await loadLessons(join(import.meta.dirname, '../lessons'))).lessons,
    assets: await loadAssets(),
    chatKit: { fetch: (request) => current.handler.fetch(request) },
    sessions,
    model: 'local',
    signInAllowed: true,
    onError: () => {},
  })
  const site = new Hono()
  site.all('/attachments', (c) => current.files.fetch(c.req.raw))
  site.all('/attachments/*', (c) => current.files.fetch(c.req.raw))
  site.all('*', async (c) => {
    const response = await app.fetch(c.req.raw)
    return uploads ? withUploadRules(response, uploads === 'direct') : response
  })
  const { promise: listening, resolve } = Promise.withResolvers<AddressInfo>()
  const listener = serve({ fetch: site.fetch, hostname: '127.0.0.1', port: 0 }, resolve)
  const { port } = await listening
  return {
    url: `http://127.0.0.1:${port}`,
    answerWith: (script) => {
      current.server.script = script
    },
    hear: (dictated) => {
      current.server.dictated = dictated
    },
    cut: () => {
      if ('closeAllConnections' in listener) listener.closeAllConnections()
    },
    forget: async () => {
      const { server } = current
      current = begin()
      await server.close({ graceMs: 0 })
    },
    actWith: (script) => {
      current.server.actScript = script
    },
    actAtOnceWith: (script) => {
      current.server.actAtOnceScript = script
    },
    [Symbol.asyncDispose]: async () => {
      await current.server.close({ graceMs: 0 })
      const { promise: closed, resolve: done } = Promise.withResolvers<void>()
      listener.close(() => done())
      if ('closeAllConnections' in listener) listener.closeAllConnections()
      await closed
      await rm(folder, { recursive: true, force: true })
    },
  }
}
