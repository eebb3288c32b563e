import { button, element } from './element.ts'
import type { PageContext } from './page-context.ts'

// On any page, on a lesson, and on a lesson in Urdu.
const GENERAL = ['What is SLAM?', 'Quiz me on sensors', 'Which robot suits me?']
const OF_LESSON = ['Sum up this page', 'Quiz me', 'Which robot suits me?']
const OF_LESSON_IN_URDU = ['خلاصہ', 'کوئز', 'کون سا روبوٹ میرے لیے ٹھیک ہے؟']

function startersOf({ path, language }: Pick<PageContext, 'path' | 'language'>): string[] {
  if (!path.startsWith('/lessons/')) return GENERAL
  return language === 'ur' ? OF_LESSON_IN_URDU : OF_LESSON
}

/** What can be asked to begin with, as buttons that ask it. */
export function createStarters(page: PageContext, onAsk: (question: string) => void): HTMLElement {
  const questions = startersOf(page).map((question) =>
    element(
      'li',
      {},
      button(question, { class: 'chat-button', dir: 'auto' }, () => onAsk(question)),
    ),
  )
  return element('ul', { class: 'chat-starters', 'aria-label': 'Questions to begin with' }, ...questions)
}
