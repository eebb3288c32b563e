import { type RunContext, tool } from '@openai/agents'
import type { AgentContext } from '@robolearn/agent-openai'
import { z } from 'zod'
import type { Learner } from '../learners.ts'
import { slugsOf, type TutorTurn } from './tutor-turn.ts'

/** Has the page open a lesson (`open_lesson` with `slug`, `path` and `title`); goes on with what the page says. */
export function createOpenLesson({ lessons }: Pick<TutorTurn, 'lessons'>) {
  return tool({
    name: 'open_lesson',
    description: 'Opens a lesson in the learner’s browser.',
    parameters: z.object({ lesson: z.enum(slugsOf(lessons)) }),
    execute: ({ lesson }, run?: RunContext<AgentContext<Learner>>) => {
      const found = lessons.find(({ slug }) => slug === lesson)
      if (!found || !run) return 'There is no such lesson.'
      const { slug, path, title } = found
      return run.context.callClientTool('open_lesson', { slug, path, title })
    },
  })
}
