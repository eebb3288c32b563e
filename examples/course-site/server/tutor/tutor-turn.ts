import type { AgentTurn } from '@robolearn/agent-openai'
import type { Lesson } from '../../pages/index.ts'
import type { Learner } from '../learners.ts'

/** What a tool of the tutor works with: the turn that it belongs to, and the course. */
export interface TutorTurn {
  turn: AgentTurn<Learner>
  lessons: readonly [Lesson, ...Lesson[]]
}

/** The course's lessons as the values of a tool's parameter: a model can name no other. */
export const slugsOf = (lessons: TutorTurn['lessons']): [string, ...string[]] => {
  const [first, ...others] = lessons
  return [first.slug, ...others.map(({ slug }) => slug)]
}
