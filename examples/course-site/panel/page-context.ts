/** What the server is told about the page with every request. A reader of it must not trust it. */
export interface PageContext {
  url: string
  title: string
  path: string
  headings: string[]
  language: string
}

// The server keeps twenty; more would only make requests longer.
const MAX_HEADINGS = 20

const textOf = (node: Element): string => node.textContent.trim()

/** Reads the page as it is now. */
export function readPageContext(): PageContext {
  const title = document.querySelector('main h1')
  const headings = [...document.querySelectorAll('main :is(h2, h3)')]
  return {
    url: location.href,
    title: title ? textOf(title) : document.title,
    path: location.pathname,
    headings: headings.slice(0, MAX_HEADINGS).map(textOf),
    language: document.documentElement.lang,
  }
}

/** Whether a question can be spoken: the server can write it down. */
export function takesDictation(): boolean {
  return readMeta('chat-dictation') === 'yes'
}

/** Whether the answers come from the stand-in model, as the page says. */
export function usesStandIn(): boolean {
  return readMeta('chat-model') === 'local'
}

export function readMeta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? ''
}
