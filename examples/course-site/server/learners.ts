/** Who can sign in to the demo. */
export interface Learner {
  id: string
  /** Chosen by the learner, hence nothing to trust in a prompt. */
  name: string
  role: 'learner'
}

export const learners: readonly Learner[] = [
  { id: 'ada', name: 'Ada', role: 'learner' },
  { id: 'grace', name: 'Grace', role: 'learner' },
]

export function findLearner(id: unknown): Learner | undefined {
  return learners.find((learner) => learner.id === id)
}
