import { contentWords } from './compose-answer.ts'

export interface KnownLesson {
  slug: string
  title: string
}

/** The lessons as the instructions list them: `- 05-slam (en): Mapping and localisation with SLAM`. */
export function readLessons(instructions: string | undefined): KnownLesson[] {
  const lines = (instructions ?? '').matchAll(/^- ([\w-]+) \([\w-]+\): (.+)$/gm)
  return [...lines].map(([, slug = '', title = '']) => ({ slug, title }))
}

// "The lesson on robots" means none in particular.
const IN_EVERY_LESSON = new Set(['robot', 'ros', '2', 'lesson', 'quiz', 'open', 'mark', 'done'])

/** The lesson whose title and name share most words with a text; undefined where none shares any. */
export function findLesson(text: string, lessons: readonly KnownLesson[]): KnownLesson | undefined {
  const wanted = [...contentWords(text)].filter((word) => !IN_EVERY_LESSON.has(word))
  let best: KnownLesson | undefined
  let most = 0
  for (const lesson of lessons) {
    const own = contentWords(`${lesson.slug} ${lesson.title}`)
    const shared = wanted.filter((word) => own.has(word)).length
    if (shared <= most) continue
    most = shared
    best = lesson
  }
  return best
}
