import { z } from 'zod'

/** A question on a lesson. Which choice is right stays on the server. */
export const quizQuestionSchema = z
  .strictObject({
    question: z.string().trim().min(1),
    choices: z.array(z.string().trim().min(1)).min(2).max(6),
    /** The number of the right choice, counted from 1. */
    answer: z.int().min(1),
    /** Said after an answer, right or wrong. */
    why: z.string().trim().min(1),
  })
  .refine(({ answer, choices }) => answer <= choices.length, {
    path: ['answer'],
    message: 'is the number of no choice',
  })

export type QuizQuestion = z.infer<typeof quizQuestionSchema>
