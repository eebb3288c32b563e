import { Html, html } from './html.ts'
import { textDirection } from './text-direction.ts'

export interface Learner {
  id: string
  name: string
}

/** Who looks at a page, and what stands behind the chat. */
export interface Visit {
  /** The learners who can sign in. */
  learners: readonly Learner[]
  /** The one who is signed in. */
  learner?: Learner | undefined
  /** `local`: no key is set and a stand-in answers, which the panel says. */
  model: 'local' | 'openai'
  /** The slugs of the lessons that the learner has done. */
  done?: ReadonlySet<string>
  /** Whether spoken words can be turned into text. */
  dictation?: boolean
  /** What may be uploaded; absent where nothing may. */
  uploads?: UploadLimits
  /** OpenAI's key for this domain: with it their client is loaded in place of the built-in panel. */
  domainKey?: string | undefined
}

export interface UploadLimits {
  /** Media types. */
  accept: readonly string[]
  maxBytes: number
}

export interface LayoutOptions {
  title: string
  description: string
  language: string
  main: Html
  visit: Visit
}

/** What the site is called, and the title of its home page. */
export const SITE_NAME = 'Robotics, step by step'

// Both states are in the page, one of them hidden, so that the script only has to toggle them.
function sessionControl({ learners, learner }: Visit): Html {
  const hiddenWhen = (hidden: boolean) => new Html(hidden ? ' hidden' : '')
  return html`<div class="session" data-session>
    <div
      class="session-state"
      data-signed-out
      role="group"
      aria-label="Sign in"
      ${hiddenWhen(learner !== undefined)}
    >
      <span>Sign in as</span>
      ${learners.map(({ id, name }) => html`<button type="button" data-learner="${id}">${name}</button>`)}
    </div>
    <div class="session-state" data-signed-in${hiddenWhen(learner === undefined)}>
      <span>Signed in as <strong data-learner-name>${learner?.name}</strong></span>
      <button type="button" data-sign-out>Sign out</button>
    </div>
  </div>`
}

/**
 * A whole page. It has no inline script and no inline style, reads well without its script, and tells the chat
 * chat in `<meta>` elements who is signed in (`chat-learner`), what answers (`chat-model`), whether it takes dictation
 * (`chat-dictation`), what may be uploaded (`chat-uploads`, JSON) and which client is loaded (`chat-client`). The words
 * of the site itself are English whatever the language of the page.
 */
export function layout({ title, description, language, main, visit }: LayoutOptions): string {
  return html`<!doctype html>
    <html lang="${language}" dir="${textDirection(language)}">
      <head>
        <meta charset="utf-8" />
        <title>${title === SITE_NAME ? title : `${title} · ${SITE_NAME}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="description" content="${description}" />
        <meta name="color-scheme" content="light dark" />
        <meta name="chat-model" content="${visit.model}" />
        <meta name="chat-learner" content="${visit.learner?.id ?? ''}" />
        <meta name="chat-dictation" content="${visit.dictation ? 'yes' : 'no'}" />
        ${visit.uploads && html`<meta name="chat-uploads" content="${JSON.stringify(visit.uploads)}" />`}
        <meta name="chat-client" content="${visit.domainKey ? 'official' : 'panel'}" />
        ${visit.domainKey && html`<meta name="chat-domain-key" content="${visit.domainKey}" />`}
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/site.css" />
        <link rel="stylesheet" href="/panel.css" />
        <script type="module" src="${visit.domainKey ? '/official.js' : '/panel.js'}"></script>
      </head>
      <body>
        <a class="skip-link" href="#main" lang="en" dir="ltr">Skip to the content</a>
        <div class="site">
          <header class="site-header" lang="en" dir="ltr">
            <a class="site-name" href="/">${SITE_NAME}</a>
            ${sessionControl(visit)}
            <noscript>
              <p class="no-script">
                Every lesson can be read as it is. Asking the course needs JavaScript, which is off here.
              </p>
            </noscript>
          </header>
          <main id="main" tabindex="-1">${main}</main>
          <footer class="site-footer" lang="en" dir="ltr">
            <p>A small robotics course that you can ask questions.</p>
          </footer>
        </div>
        <button type="button" class="ask-button" data-ask lang="en" dir="ltr" aria-expanded="false">
          Ask the course
        </button>
      </body>
    </html> `.source
}
