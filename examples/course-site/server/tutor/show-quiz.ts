import { type RunContext, tool } from '@openai/agents'
import type { AgentContext } from '@robolearn/agent-openai'
import { z } from 'zod'
import type { Learner } from '../learners.ts'
import { nextQuiz } from './next-quiz.ts'
import { slugsOf, type TutorTurn } from './tutor-turn.ts'

/** Shows a question on a lesson. The turn ends with it: what comes next is the learner's answer. */
export function createShowQuiz({ turn, lessons }: TutorTurn) {
  return tool({
    name: 'show_quiz',
    description: 'Shows the learner a question with choices on a lesson. The page judges the answer.',
    parameters: z.object({ lesson: z.enum(slugsOf(lessons)) }),
    execute: async ({ lesson: slug }, run?: RunContext<AgentContext<Learner>>) => {
      const lesson = lessons.find((one) => one.slug === slug)
      const widget = lesson && (await nextQuiz(turn, lesson))
      if (!widget || !run) return 'There is no question on this lesson.'
      await run.context.streamWidget(widget)
      return 'The question is shown.'
    },
  })
}
