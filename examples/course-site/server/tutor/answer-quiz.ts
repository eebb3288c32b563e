import { streamWidget, type ActionTurn, type ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { replaceWidget } from '@robolearn/chatkit-server-core/widgets'
import type { Lesson } from '../../pages/index.ts'
import type { Learner } from '../learners.ts'
import { nextQuiz } from './next-quiz.ts'
import { judgeQuiz, quizIn } from './quiz-widget.ts'

type QuizAction =
  | { type: 'quiz.answer'; payload: { choice: number } }
  | { type: 'quiz.next'; payload?: undefined }

/** Judges an answer, once, or asks the next question of the same lesson. */
export async function* answerQuiz(
  turn: ActionTurn<Learner>,
  action: QuizAction,
  lessons: readonly Lesson[],
): AsyncGenerator<ThreadStreamEvent> {
  const { sender } = turn
  const asked = sender && quizIn(sender.widget, lessons)
  if (!sender || !asked) {
    yield notice('This question is not part of the course any more.')
    return
  }
  if (action.type === 'quiz.next') {
    const next = await nextQuiz(turn, asked.lesson)
    if (next) yield* streamWidget(turn, next)
    return
  }
  const { choice } = action.payload
  // A second press, or one from another tab, changes nothing.
  if (!asked.isOpen) yield notice('This question was answered already.')
  else if (choice >= asked.quiz.choices.length) yield notice('This question has no such choice.')
  else yield replaceWidget(sender, judgeQuiz(asked, asked.quiz, choice))
}

const notice = (message: string): ThreadStreamEvent => ({ type: 'notice', level: 'info', message })
