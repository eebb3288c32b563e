import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LessonError } from './lesson-metadata.ts'
import { type RenderedLesson, renderLesson } from './render-lesson.ts'

export interface Lesson extends RenderedLesson {
  /** The file's name in the folder, `03-quaternions.md`. */
  file: string
  /** The file's name without `.md`; the last part of the page's path. */
  slug: string
  /** Where the page is: `/lessons/03-quaternions`. */
  path: string
  markdown: string
}

export interface LoadedLessons {
  /** Module by module, each where its first lesson is; in a module by their front matter's `order`. */
  lessons: Lesson[]
  /** One for each file that could not be used; the course goes on without it. */
  broken: LessonError[]
}

/** Reads and renders every `*.md` file of a folder. */
export async function loadLessons(folder: string): Promise<LoadedLessons> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.md')).toSorted()
  const lessons: Lesson[] = []
  const broken: LessonError[] = []
  for (const file of files) {
    try {
      lessons.push(await loadLesson(folder, file))
    } catch (error) {
      if (!(error instanceof LessonError)) throw error
      broken.push(error)
    }
  }
  return { lessons: byModule(lessons), broken }
}

function byModule(lessons: readonly Lesson[]): Lesson[] {
  const inOrder = lessons.toSorted((a, b) => a.order - b.order)
  return [...Map.groupBy(inOrder, ({ module }) => module).values()].flat()
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new LessonError(file, 'the file is not UTF-8 text', { cause: error })
  }
}

async function loadLesson(folder: string, file: string): Promise<Lesson> {
  const markdown = decode(file, await readFile(join(folder, file)))
  const slug = file.slice(0, -'.md'.length)
  return { ...renderLesson({ file, markdown }), file, slug, path: `/lessons/${slug}`, markdown }
}
