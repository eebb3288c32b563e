const ALLOWED = new Set(['http:', 'https:', 'mailto:'])

/**
 * A URL that may stand in a link, resolved against the page: `http`, `https`, `mailto`, and so every path of this
 * site. Anything else (`javascript:`, `data:`, nonsense) is `undefined`.
 */
export function safeUrl(href: string): URL | undefined {
  const url = URL.parse(href, location.href)
  return url && ALLOWED.has(url.protocol) ? url : undefined
}

/** Gives a link its destination; one that leads off the site opens elsewhere and learns nothing of this page. */
export function setDestination(link: HTMLAnchorElement, url: URL): void {
  link.href = url.href
  if (url.origin === location.origin) return
  link.target = '_blank'
  link.rel = 'noopener noreferrer'
}
