import { type Html, html } from './html.ts'
import { layout, type Visit } from './layout.ts'
import type { Lesson } from './load-lessons.ts'

export interface CoursePageOptions {
  lesson: Lesson
  /** All lessons in their order, for the links to the ones before and after. */
  lessons: readonly Lesson[]
  visit: Visit
}

/** The `id` at which a lesson's text begins, for what stands before its first heading. */
export const LESSON_START = 'lesson-start'

function contents({ headings }: Lesson): Html | undefined {
  const sections = headings.filter(({ level }) => level === 2)
  if (sections.length < 2) return undefined
  return html`<nav class="contents" aria-labelledby="contents-title">
    <p id="contents-title" lang="en">On this page</p>
    <ul>
      ${sections.map(({ id, text }) => html`<li><a href="#${id}">${text}</a></li> `)}
    </ul>
  </nav>`
}

function neighbour(lesson: Lesson | undefined, direction: 'prev' | 'next'): Html | undefined {
  if (!lesson) return undefined
  const label = direction === 'prev' ? 'Previous lesson' : 'Next lesson'
  return html`<a class="neighbour neighbour-${direction}" rel="${direction}" href="${lesson.path}">
    <span lang="en">${label}</span>
    <strong lang="${lesson.language}" dir="auto">${lesson.title}</strong>
  </a>`
}

/** The page of one lesson. */
export function coursePage({ lesson, lessons, visit }: CoursePageOptions): string {
  const place = lessons.findIndex(({ slug }) => slug === lesson.slug)
  const { title, summary, language, module } = lesson
  return layout({
    title,
    description: summary,
    language,
    visit,
    main: html`<article class="lesson">
        <header class="lesson-header">
          <p class="lesson-place">
            ${module} <span aria-hidden="true">·</span>
            <span lang="en" dir="ltr">Lesson ${place + 1} of ${lessons.length}</span>
          </p>
          <h1>${title}</h1>
          <p class="lesson-summary">${summary}</p>
          ${
            visit.done?.has(lesson.slug) &&
            html`<p class="lesson-done" lang="en" dir="ltr">You have done this lesson.</p>`
          }
        </header>
        ${contents(lesson)}
        <div class="prose" id="${LESSON_START}">${lesson.html}</div>
      </article>
      <nav class="neighbours" lang="en" aria-label="Lessons before and after">
        ${neighbour(lessons[place - 1], 'prev')} ${neighbour(lessons[place + 1], 'next')}
      </nav>`,
  })
}
