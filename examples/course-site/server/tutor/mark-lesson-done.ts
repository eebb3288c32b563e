import { tool } from '@openai/agents'
import { z } from 'zod'
import type { Lesson } from '../../pages/index.ts'
import type { Progress } from '../progress.ts'
import { slugsOf, type TutorTurn } from './tutor-turn.ts'

/** Notes that the learner has done a lesson. The learner has to approve it. */
export function createMarkLessonDone({ turn, lessons, progress }: TutorTurn & { progress: Progress }) {
  return tool({
    name: 'mark_lesson_done',
    description: 'Marks a lesson as done for the learner, who is asked first.',
    parameters: z.object({ lesson: z.enum(slugsOf(lessons)) }),
    needsApproval: true,
    execute: async ({ lesson }) => {
      await progress.markDone(turn.context.id, lesson)
      return 'It is marked as done.'
    },
  })
}

/** What the learner is asked before; `json` is what the model wrote. */
export function describeMarking(json: string, lessons: readonly Lesson[]): string {
  const parsed = z.object({ lesson: z.string() }).safeParse(readJson(json))
  const lesson = lessons.find(({ slug }) => slug === parsed.data?.lesson)
  return lesson ? `Mark “${lesson.title}” as done?` : 'Mark this lesson as done?'
}

function readJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
