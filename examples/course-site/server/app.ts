import type { ChatKitHandler } from '@robolearn/chatkit-server-core'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import {
  contentSecurityPolicy,
  coursePage,
  errorPage,
  homePage,
  type Lesson,
  type Visit,
} from '../pages/index.ts'
import type { Assets } from './assets.ts'
import { findLearner, learners } from './learners.ts'
import type { Progress } from './progress.ts'
import type { Readiness } from './readiness.ts'
import { isSameOrigin } from './same-origin.ts'
import type { Sessions } from './session.ts'

export interface AppOptions {
  lessons: readonly Lesson[]
  assets: Assets
  chatKit: ChatKitHandler
  sessions: Sessions
  model: Visit['model']
  /** Signing in takes no password: only where nobody else can reach the site. */
  signInAllowed: boolean
  /** What the pages tell the chat besides. */
  chat?: Pick<Visit, 'dictation' | 'uploads' | 'domainKey'>
  /** Which lessons a learner has done. */
  progress?: Pick<Progress, 'doneBy'>
  /** Uploads and downloads, for everything below `/attachments`. */
  attachments?: { fetch: (request: Request) => Promise<Response> }
  readiness?: Pick<Readiness, 'check'>
  /** In Prometheus' text format. */
  metrics?: () => string
  /** Told of what a request met with and no answer explains. */
  onError: (error: unknown) => void
}

/** The course site as one web-standard `fetch`. */
export function createApp(options: AppOptions): Hono {
  const { lessons, assets, chatKit, sessions, model, signInAllowed, chat = {} } = options
  const { progress, attachments, readiness, metrics } = options
  const app = new Hono()

  const visitOf = async (headers: Headers): Promise<Visit> => {
    const learner = await sessions.read(headers)
    if (!learner) return { learners, model, ...chat }
    const done = await progress?.doneBy(learner.id)
    return {
      learners,
      model,
      ...chat,
      learner: { id: learner.id, name: learner.name },
      ...(done && { done }),
    }
  }
  const contentSecurity = contentSecurityPolicy({ client: chat.domainKey ? 'official' : 'panel' })
  const page = (html: string, status: 200 | 404 | 500 = 200): Response =>
    new Response(html, {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        // The page says who is signed in: it is nobody else's.
        'cache-control': 'private, no-cache',
        'content-security-policy': contentSecurity,
      },
    })

  app.use(async (c, next) => {
    await next()
    c.res.headers.set('x-content-type-options', 'nosniff')
    c.res.headers.set('referrer-policy', 'same-origin')
  })

  // Whether the process lives, and whether it should be sent requests.
  app.get('/healthz', (c) => c.text('ok\n'))
  app.get('/readyz', async (c) => {
    const word = (await readiness?.check()) ?? 'ready'
    return c.text(`${word}\n`, word === 'ready' ? 200 : 503)
  })
  if (metrics) {
    app.get('/metrics', (c) => c.body(metrics(), 200, { 'content-type': 'text/plain; version=0.0.4' }))
  }

  app.get('/', async (c) => page(homePage({ lessons, visit: await visitOf(c.req.raw.headers) })))

  app.get('/lessons/:slug', async (c) => {
    const visit = await visitOf(c.req.raw.headers)
    const lesson = lessons.find(({ slug }) => slug === c.req.param('slug'))
    if (lesson) return page(coursePage({ lesson, lessons, visit }))
    const message = 'There is no such lesson. It may have been renamed.'
    return page(errorPage({ title: 'Lesson not found', message, visit }), 404)
  })

  for (const [path, { body, type, etag }] of Object.entries(assets)) {
    app.get(path, (c) => {
      const headers = { 'content-type': type, 'cache-control': 'no-cache', etag }
      if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers })
      return new Response(body, { headers })
    })
  }

  app.use(
    '/session',
    bodyLimit({ maxSize: 1_024, onError: (c) => c.json({ message: 'The body is larger than 1 KiB.' }, 413) }),
  )
  app.use('/session', async (c, next) => {
    if (isSameOrigin(c.req.raw)) return next()
    return c.json({ message: 'Sign in and out from this site’s own pages only.' }, 403)
  })
  if (attachments) {
    app.use('/attachments/*', async (c, next) => {
      // A picture may be shown from anywhere that has its URL; only this site's pages send files.
      if (c.req.method === 'GET' || isSameOrigin(c.req.raw)) return next()
      return c.json({ message: 'Send files from this site’s own pages only.' }, 403)
    })
    app.all('/attachments/*', (c) => attachments.fetch(c.req.raw))
  }

  app.post('/session', async (c) => {
    if (!signInAllowed) {
      const message =
        'Signing in needs no password here, so it works on this machine only. See DEMO_SIGN_IN in the README.'
      return c.json({ message }, 403)
    }
    const body: unknown = await c.req.json().catch(() => undefined)
    if (typeof body !== 'object' || body === null || !('learner' in body)) {
      return c.json({ message: 'Send JSON such as {"learner":"ada"}.' }, 400)
    }
    const learner = findLearner(body.learner)
    if (!learner) return c.json({ message: 'There is no such learner. There are ada and grace.' }, 404)
    c.header('set-cookie', await sessions.open(learner, isSecure(c.req.raw)))
    return c.body(null, 204)
  })

  app.delete('/session', (c) => {
    c.header('set-cookie', sessions.end(isSecure(c.req.raw)))
    return c.body(null, 204)
  })

  app.all('/chatkit', (c) => chatKit.fetch(c.req.raw))

  app.notFound(async (c) => {
    const visit = await visitOf(c.req.raw.headers)
    const message = 'There is nothing at this address.'
    return page(errorPage({ title: 'Page not found', message, visit }), 404)
  })

  app.onError((error) => {
    options.onError(error)
    const message = 'Something went wrong on the server. Try again in a moment.'
    return page(
      errorPage({ title: 'Something went wrong', message, visit: { learners, model, ...chat } }),
      500,
    )
  })

  return app
}

const isSecure = (request: Request): boolean =>
  request.headers.get('x-forwarded-proto') === 'https' || new URL(request.url).protocol === 'https:'
