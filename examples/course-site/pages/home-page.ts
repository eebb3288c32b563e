import { html } from './html.ts'
import { layout, SITE_NAME, type Visit } from './layout.ts'
import type { Lesson } from './load-lessons.ts'

export interface HomePageOptions {
  lessons: readonly Lesson[]
  visit: Visit
}

/** The list of lessons. */
export function homePage({ lessons, visit }: HomePageOptions): string {
  const description =
    'Short lessons on how robots sense, move and decide, with a course that answers questions.'
  return layout({
    title: SITE_NAME,
    description,
    language: 'en',
    visit,
    main: html`<div class="home">
      <header class="lesson-header">
        <h1>${SITE_NAME}</h1>
        <p class="lesson-summary">
          How robots sense, move and decide, in ${lessons.length} short lessons. When something is unclear,
          ask: the course answers from its own pages and shows you where it is written.
        </p>
      </header>
      <h2 id="lessons" class="lesson-list-title">Lessons</h2>
      <ol class="lesson-list">
        ${lessons.map(
          ({ path, title, summary, module, language }) =>
            html`<li lang="${language}" dir="auto">
              <a href="${path}">${title}</a>
              <p>${summary}</p>
              <p class="lesson-module">${module}</p>
            </li> `,
        )}
      </ol>
    </div>`,
  })
}
