import { type Html, html } from './html.ts'
import { layout, SITE_NAME, type Visit } from './layout.ts'
import type { Lesson } from './load-lessons.ts'

export interface HomePageOptions {
  lessons: readonly Lesson[]
  visit: Visit
}

/** The list of lessons, module by module. */
export function homePage({ lessons, visit }: HomePageOptions): string {
  const description =
    'Short lessons on how robots sense, move and decide, with a course that answers questions.'
  const modules = [...Map.groupBy(lessons, ({ module }) => module)]
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
        ${progress(lessons, visit)}
      </header>
      ${modules.map(([module, itsLessons]) => moduleSection(module, itsLessons, visit))}
    </div>`,
  })
}

function progress(lessons: readonly Lesson[], { done }: Visit): Html | undefined {
  const count = lessons.filter(({ slug }) => done?.has(slug)).length
  if (count === 0) return undefined
  return html`<p class="lesson-done">You have done ${count} of ${lessons.length} lessons.</p>`
}

function moduleSection(module: string, lessons: readonly Lesson[], { done }: Visit): Html {
  return html`<section class="module">
    <h2 class="lesson-list-title" lang="${lessons[0]?.language}" dir="auto">${module}</h2>
    <ol class="lesson-list">
      ${lessons.map(
        ({ path, title, summary, language, slug }) =>
          html`<li lang="${language}" dir="auto">
            <a href="${path}">${title}</a>
            ${done?.has(slug) && html`<span class="lesson-done" lang="en">Done</span>`}
            <p>${summary}</p>
          </li> `,
      )}
    </ol>
  </section> `
}
