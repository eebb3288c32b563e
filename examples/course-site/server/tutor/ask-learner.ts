import { type RunContext, tool } from '@openai/agents'
import type { AgentContext } from '@robolearn/agent-openai'
import { z } from 'zod'
import type { Learner } from '../learners.ts'
import type { TutorTurn } from './tutor-turn.ts'

const parameters = z.object({
  questions: z
    .array(
      z.object({
        question: z.string().min(1).max(300),
        choices: z
          .array(z.string().min(1).max(100))
          .max(8)
          .describe('What to choose from; empty where the learner is to write the answer.'),
        several: z.boolean().describe('Whether several choices may be taken.'),
      }),
    )
    .min(1)
    .max(3),
})

/** Asks the learner with a form. The turn ends with it, and goes on with what was answered. */
export function createAskLearner({ turn }: Pick<TutorTurn, 'turn'>) {
  return tool({
    name: 'ask_learner',
    description:
      'Asks the learner one to three short questions with a form, where the answer depends on them.',
    parameters,
    execute: ({ questions }, run?: RunContext<AgentContext<Learner>>) => {
      const inputs = questions.map(({ question, choices, several }, index) => {
        const id = `question-${index + 1}`
        return choices.length > 0
          ? {
              type: 'multiple_choice' as const,
              id,
              question,
              options: choices.map((value) => ({ value })),
              multiple: several,
            }
          : { type: 'freeform' as const, id, question }
      })
      run?.context.stream({
        type: 'thread.item.done',
        item: {
          id: turn.generateId('msg'),
          thread_id: turn.thread.id,
          created_at: turn.now().toISOString(),
          type: 'structured_input',
          status: 'pending',
          inputs,
        },
      })
      return 'The learner is asked, and the answers stand behind this call.'
    },
  })
}
