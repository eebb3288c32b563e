import type { TurnBase, WidgetRoot } from '@robolearn/chatkit-server-core'
import type { Lesson } from '../../pages/index.ts'
import { askQuiz, quizIn } from './quiz-widget.ts'

const LOOKED_AT = 100

/** The first question of a lesson that this thread has not seen, or the first of all; undefined where it has none. */
export async function nextQuiz(
  { store, thread }: Pick<TurnBase<unknown>, 'store' | 'thread'>,
  lesson: Lesson,
): Promise<WidgetRoot | undefined> {
  const { data: items } = await store.listItems(thread.id, {
    limit: LOOKED_AT,
    order: 'desc',
    include: 'visible',
  })
  const seen = new Set(
    items.map((item) => (item.type === 'widget' ? quizIn(item.widget, [lesson])?.number : undefined)),
  )
  const unseen = lesson.quiz.findIndex((_quiz, number) => !seen.has(number))
  const number = Math.max(unseen, 0)
  const quiz = lesson.quiz[number]
  return quiz && askQuiz({ lesson, number }, quiz)
}
