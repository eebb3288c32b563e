import { createChatKitHandler } from '@robolearn/chatkit-server-core'
import { createAttachmentHandler, type DiskAttachments } from '@robolearn/chatkit-server-core/disk'
import { openKnowledgeBase } from '@robolearn/rag-tool'
import { PostgresStore } from '@robolearn/store-postgres'
import { loadLessons } from '../pages/index.ts'
import { createApp } from './app.ts'
import { loadAssets } from './assets.ts'
import { openAttachments, UPLOADS } from './attachments.ts'
import { chooseModel } from './choose-model.ts'
import { isLoopback, type Config } from './config.ts'
import { CourseServer } from './course-server.ts'
import { createTranscription } from './create-transcription.ts'
import { ingestLessons } from './ingest-lessons.ts'
import { type ProgressOutput, showProgress } from './ingest-progress.ts'
import type { Learner } from './learners.ts'
import { listen } from './listen.ts'
import { createMetrics } from './metrics/create-metrics.ts'
import { openDatabase } from './open-database.ts'
import { openProgress } from './progress.ts'
import { createRateLimit } from './rate-limit.ts'
import { createReadiness } from './readiness.ts'
import { loadSessionSecret } from './session-secret.ts'
import { createSessions } from './session.ts'

const GRACE_MS = 5_000
const SWEEP_MS = 3_600_000

export interface SiteOptions {
  config: Config
  lessonsDir: string
  /** Told in whole lines of what is going on. */
  log: (line: string) => void
  /** A terminal, to show on it how far the ingest is. */
  terminal?: ProgressOutput
}

export interface Site {
  url: string
  /** Lets answers under way finish for 5 s, keeps what they have, and closes everything. */
  close: () => Promise<void>
}

/** Starts the course site. Rejects with a `ConfigError` where a setting is at fault. */
export async function runSite({ config, lessonsDir, log, terminal }: SiteOptions): Promise<Site> {
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
    const progress = await openProgress(db)
    const knowledge = await openKnowledgeBase({ db, collection: 'course' })
    open.defer(() => knowledge.close())
    const metrics = createMetrics()
    const bar = showProgress(terminal ?? { write: () => {} })
    const report = await ingestLessons(knowledge, lessons, { log, onProgress: bar.on, onEnd: bar.end })
    metrics.ingested(report)

    const secret = await loadSessionSecret(config.dataDir)
    const sessions = createSessions(secret)
    const authenticate = ({ headers }: Request) => sessions.read(headers)
    const attachments = openAttachments(config, secret)
    open.defer(sweepNowAndThen(attachments, store, log))
    const transcription = createTranscription(config)
    const courseServer = new CourseServer({
      store,
      knowledge,
      lessons,
      progress,
      model,
      titleModel: config.openai && model,
      attachmentStore: attachments,
      transcription,
      hooks: { ...metrics.hooks, rateLimit: createRateLimit({ perMinute: config.rateLimitPerMinute }) },
      onFirstWords: metrics.firstWords,
      onFeedback: metrics.feedback,
    })
    const readiness = createReadiness({ db, indexed: () => lessons.length - report.failed.length })
    const onError = (error: unknown) =>
      log(`A request failed: ${error instanceof Error ? error.stack : String(error)}`)
    const app = createApp({
      lessons,
      assets: await loadAssets({ official: config.domainKey !== undefined }),
      chatKit: createChatKitHandler(courseServer, { authenticate }),
      sessions,
      model: config.openai ? 'openai' : 'local',
      signInAllowed,
      chat: { dictation: transcription !== undefined, uploads: UPLOADS, domainKey: config.domainKey },
      progress,
      attachments: createAttachmentHandler(attachments, {
        direct: { server: courseServer, authenticate },
        onError,
      }),
      readiness,
      metrics: () => metrics.text(courseServer.counters()),
      onError,
    })
    open.defer(async () => {
      // Still listening, so that whoever asks is told to go elsewhere; no new answers meanwhile.
      readiness.stop()
      await courseServer.close({ graceMs: GRACE_MS })
      // Streams have ended with their answers, and only then is the database closed.
      await server.close()
    })
    server.serve((request) => app.fetch(request))
    return { url: server.url, close: () => open.disposeAsync() }
  } catch (error) {
    await open.disposeAsync()
    throw error
  }
}

/** Removes uploaded files that were never sent with a message. Gives what ends it. */
function sweepNowAndThen(
  attachments: DiskAttachments<Learner>,
  store: PostgresStore<Learner>,
  log: (line: string) => void,
): () => void {
  const timer = setInterval(() => {
    attachments.sweep(store).catch((error: unknown) => log(`Old uploads stay for now: ${String(error)}`))
  }, SWEEP_MS)
  timer.unref()
  return () => clearInterval(timer)
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
