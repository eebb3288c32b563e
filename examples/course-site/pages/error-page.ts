import { html } from './html.ts'
import { layout, type Visit } from './layout.ts'

export interface ErrorPageOptions {
  /** What happened, in a few words: "Page not found". */
  title: string
  /** What the reader can do about it. Shown as it is: put nothing private into it. */
  message: string
  visit: Visit
}

/** A page that says what went wrong and leads back to the lessons. */
export function errorPage({ title, message, visit }: ErrorPageOptions): string {
  return layout({
    title,
    description: message,
    language: 'en',
    visit,
    main: html`<div class="error-page">
      <h1>${title}</h1>
      <p class="lesson-summary">${message}</p>
      <p><a href="/">See all lessons</a></p>
    </div>`,
  })
}
