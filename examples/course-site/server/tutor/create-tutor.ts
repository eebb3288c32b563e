import { Agent, type Model } from '@openai/agents'
import type { AgentContext, AgentTurn, TurnAgent } from '@robolearn/agent-openai'
import { createCitations, type KnowledgeBase } from '@robolearn/rag-tool'
import type { Lesson } from '../../pages/index.ts'
import type { Learner } from '../learners.ts'
import type { Progress } from '../progress.ts'
import { createAskLearner } from './ask-learner.ts'
import { instructionsFor } from './instructions.ts'
import { lessonOfPage } from './lesson-of-page.ts'
import { createMarkLessonDone } from './mark-lesson-done.ts'
import { createOpenLesson } from './open-lesson.ts'
import { createSearchCourse } from './search-course.ts'
import { createShowQuiz } from './show-quiz.ts'

interface TutorOptions {
  knowledge: KnowledgeBase
  lessons: readonly Lesson[]
  progress: Progress
  model: Model | string
}

/** What answers one turn: an agent that searches the course, cites what it found, and does things with lessons. */
export function createTutor(
  turn: AgentTurn<Learner>,
  { knowledge, lessons, progress, model }: TutorOptions,
): TurnAgent<Learner> {
  // The numbers of the passages belong to one turn: tool and citations are made for it together.
  const citations = createCitations()
  const search = createSearchCourse({ knowledge, citations, open: lessonOfPage(turn.metadata, lessons) })
  const [first, ...others] = lessons
  const course = first && { turn, lessons: [first, ...others] as const }
  const agent = new Agent<AgentContext<Learner>>({
    name: 'Course tutor',
    instructions: instructionsFor(lessons),
    model,
    tools: [
      search,
      createAskLearner({ turn }),
      // A course without lessons has nothing to show, open or mark.
      ...(course
        ? [createShowQuiz(course), createOpenLesson(course), createMarkLessonDone({ ...course, progress })]
        : []),
    ],
    // Both wait for the learner: there is nothing to say behind them.
    toolUseBehavior: { stopAtToolNames: ['ask_learner', 'show_quiz'] },
  })
  return { agent, transform: (events) => citations.apply(events) }
}
