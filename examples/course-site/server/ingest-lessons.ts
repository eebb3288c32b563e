import type { IngestProgress, IngestReport, KnowledgeBase } from '@robolearn/rag-tool'
import { LESSON_START, type Lesson } from '../pages/index.ts'

interface IngestListeners {
  log: (line: string) => void
  onProgress: (progress: IngestProgress) => void
  /** Before anything is logged of how it went, and where it failed. */
  onEnd: () => void
}

/** Brings the index up to date with the lessons; what has not changed costs nothing. */
export async function ingestLessons(
  knowledge: KnowledgeBase,
  lessons: readonly Lesson[],
  { log, onProgress, onEnd }: IngestListeners,
): Promise<IngestReport> {
  const documents = lessons.map((lesson) => ({
    id: lesson.file,
    text: lesson.markdown,
    title: lesson.title,
    url: `${lesson.path}#${LESSON_START}`,
    language: lesson.language,
    metadata: { module: lesson.module, order: lesson.order },
  }))
  const report = await knowledge.ingest(documents, { prune: true, onProgress }).finally(onEnd)
  const { added, updated, removed, unchanged } = report
  log(
    added + updated + removed === 0
      ? `Lessons: nothing has changed, ${unchanged} in the index.`
      : `Lessons: ${added} added, ${updated} updated, ${removed} removed, ${unchanged} unchanged.`,
  )
  for (const { id, message } of report.failed) log(`Lesson "${id}" is not in the index: ${message}`)
  return report
}
