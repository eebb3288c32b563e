import type { ShownTool } from '@robolearn/agent-openai'

const label =
  (running: string, done: string, failed: string) =>
  ({ state }: Pick<ShownTool, 'state'>): string =>
    ({ running, done, failed })[state]

/** What learners see of tools at work, and afterwards. */
export const toolLabels = {
  search_course: label('Searching the lessons', 'Searched the lessons', 'The lessons could not be searched'),
  // What these two show stands below them before they have ended.
  show_quiz: 'A question on a lesson',
  ask_learner: 'Some questions for you',
  open_lesson: label('Finding the lesson', 'Found the lesson', 'The lesson could not be found'),
  mark_lesson_done: label(
    'Marking the lesson as done',
    'Marked the lesson as done',
    'The lesson could not be marked',
  ),
}
