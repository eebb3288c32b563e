import { createChatKitHandler } from '@robolearn/chatkit-server-core'
import { openKnowledgeBase } from '@robolearn/rag-tool'
import { PostgresStore } from '@robolearn/store-postgres'
import { loadLessons } from '../pages/index.ts'
import { createApp } from './app.ts'
import { loadAssets } from './assets.ts'
import { chooseModel } from './choose-model.ts'
import { isLoopback, type Config } from './config.ts'
import { createCourseServer } from './course-server.ts'
import { ingestLessons } from './ingest-lessons.ts'
import type { Learner } from './learners.ts'
import { listen } from './listen.ts'
import { openDatabase } from './open-database.ts'
import { loadSessionSecret } from './session-secret.ts'
import { createSessions } from './session.ts'

const GRACE_MS = 5_000

export interface SiteOptions {
  config: Config
  lessonsDir: string
  /** Told in whole lines of what is going on. */
  log: (line: string) => void
}

export interface Site {
  url: string
  /** Lets answers under way finish for 5 s, keeps what they have, and closes everything. */
  close: () => Promise<void>
}

/** Starts the course site. Rejects with a `ConfigError` where a setting is at fault. */
export async function runSite({ config, lessonsDir, log }: SiteOptions): Promise<Site> {
  const open = new AsyncDisposableStack()
  try {
    const server = await listen(config)
    open.defer(() => server.close())
    const { lessons, broken } = await loadLessons(lessonsDir)
    for (const { message } of broken) log(`Left out: ${message}`)
    const { db, close } = await openDatabase(config)
    open.defer(close)
    const model = await chooseModel(config, log)
    const signInAllowed = allowSignIn(config, log)
    const store = new PostgresStore<Learner>({ db })
    open.defer(() => store.close())
    await store.migrate()
    const knowledge = await openKnowledgeBase({ db, collection: 'course' })
    open.defer(() => knowledge.close())
    await ingestLessons(knowledge, lessons, log)
    const courseServer = createCourseServer({ store, knowledge, model })
    open.defer(async () => {
      // No new connections first; streams end with their answers, and only then is the database closed.
      const closed = server.close()
      await courseServer.close({ graceMs: GRACE_MS })
      await closed
    })
    const sessions = createSessions(await loadSessionSecret(config.dataDir))
    const app = createApp({
      lessons,
      assets: await loadAssets(),
      chatKit: createChatKitHandler(courseServer, { authenticate: ({ headers }) => sessions.read(headers) }),
      sessions,
      model: config.openai ? 'openai' : 'local',
      signInAllowed,
      onError: (error) => log(`A request failed: ${error instanceof Error ? error.stack : String(error)}`),
    })
    server.serve((request) => app.fetch(request))
    return { url: server.url, close: () => open.disposeAsync() }
  } catch (error) {
    await open.disposeAsync()
    throw error
  }
}

function allowSignIn({ host, signInAnywhere }: Config, log: (line: string) => void): boolean {
  if (isLoopback(host)) return true
  log(
    signInAnywhere
      ? `DEMO_SIGN_IN=anywhere: whoever reaches ${host} can sign in as any learner, without a password.`
      : `Signing in is off: it needs no password, and others can reach ${host}. DEMO_SIGN_IN=anywhere allows it.`,
  )
  return signInAnywhere
}
