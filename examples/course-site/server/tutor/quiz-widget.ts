import type { WidgetRoot } from '@robolearn/chatkit-server-core'
import { defineActions, ui } from '@robolearn/chatkit-server-core/widgets'
import { z } from 'zod'
import type { Lesson, QuizQuestion } from '../../pages/index.ts'

/** What the buttons of the tutor's widgets do. Which question is meant, the widget says and not the payload. */
export const tutorActions = defineActions({
  'quiz.answer': z.strictObject({ choice: z.int().min(0).max(5) }),
  'quiz.next': z.undefined(),
})

/** A question of a lesson; `number` counts from 0. */
export interface QuizPlace {
  lesson: Lesson
  number: number
}

const WORDS = {
  en: {
    right: 'Right.',
    wrong: 'Not quite.',
    answer: 'Right is:',
    yours: 'Your answer:',
    next: 'Another question',
  },
  ur: {
    right: 'بالکل درست۔',
    wrong: 'یہ درست نہیں۔',
    answer: 'درست جواب:',
    yours: 'آپ کا جواب:',
    next: 'اگلا سوال',
  },
}

const wordsOf = ({ language }: Lesson): (typeof WORDS)['en'] => (language === 'ur' ? WORDS.ur : WORDS.en)

const OPEN = 'quiz-open'

/** The question with a button for each choice. Nothing in it tells which is right. */
export function askQuiz(place: QuizPlace, { question, choices }: QuizQuestion): WidgetRoot {
  return ui.Card({
    id: idOf(place),
    key: OPEN,
    children: [
      ui.Caption({ value: place.lesson.title }),
      ui.Title({ id: 'question', value: question, size: 'sm' }),
      ui.Col({
        gap: 2,
        children: choices.map((label, choice) =>
          ui.Button({
            key: `choice-${choice}`,
            label,
            block: true,
            variant: 'outline',
            onClickAction: tutorActions.config('quiz.answer', { choice }),
          }),
        ),
      }),
    ],
  })
}

/** The same widget with what became of it. */
export function judgeQuiz(place: QuizPlace, quiz: QuizQuestion, choice: number): WidgetRoot {
  const { lesson } = place
  const { question, choices, answer, why } = quiz
  const words = wordsOf(lesson)
  const isRight = choice === answer - 1
  return ui.Card({
    id: idOf(place),
    key: 'quiz-answered',
    children: [
      ui.Caption({ value: lesson.title }),
      ui.Title({ id: 'question', value: question, size: 'sm' }),
      ui.Badge({ label: isRight ? words.right : words.wrong, color: isRight ? 'success' : 'warning' }),
      ui.Text({ id: 'chosen', value: `${words.yours} ${choices[choice] ?? ''}` }),
      ...(isRight ? [] : [ui.Text({ id: 'right', value: `${words.answer} ${choices[answer - 1] ?? ''}` })]),
      ui.Text({ id: 'why', value: why }),
      ui.Row({
        children: [
          ui.Button({
            label: words.next,
            variant: 'outline',
            onClickAction: tutorActions.config('quiz.next'),
          }),
        ],
      }),
    ],
  })
}

const idOf = ({ lesson, number }: QuizPlace): string => `quiz:${lesson.slug}:${number}`

/** Which question a widget of a thread asks; undefined for other widgets, and where the lesson has it no longer. */
export function quizIn(
  widget: WidgetRoot,
  lessons: readonly Lesson[],
): (QuizPlace & { quiz: QuizQuestion; isOpen: boolean }) | undefined {
  const [, slug, digits] = /^quiz:([^:]+):(\d+)$/.exec(widget.id ?? '') ?? []
  const lesson = lessons.find((one) => one.slug === slug)
  const number = Number(digits)
  const quiz = lesson?.quiz[number]
  return lesson && quiz ? { lesson, number, quiz, isOpen: widget.key === OPEN } : undefined
}
