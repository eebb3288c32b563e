import { pageContextSchema } from '@robolearn/agent-openai'
import type { Lesson } from '../../pages/index.ts'

/** The lesson that the client says is open. Only its path is looked at, and only one of ours counts. */
export function lessonOfPage(
  metadata: Record<string, unknown>,
  lessons: readonly Lesson[],
): Lesson | undefined {
  const { path } = pageContextSchema.parse(metadata).page
  return lessons.find((lesson) => lesson.path === path)
}
