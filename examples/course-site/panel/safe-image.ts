import { element } from './element.ts'

/** Makes an image, or its description where it may not be loaded. */
export type ImageMaker = (src: string, alt: string) => HTMLElement

const RASTER_DATA = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,/

function isAllowed(url: URL, domains: readonly string[]): boolean {
  if (url.origin === location.origin) return true
  return url.protocol === 'https:' && domains.includes(url.hostname)
}

/**
 * Images come from the site itself, from the thread's `allowed_image_domains`, or are in the URL themselves. Another
 * one would tell its host who reads here: its description stands in its place.
 */
export function safeImages(allowedDomains: () => readonly string[] | undefined): ImageMaker {
  return (src, alt) => {
    const url = src === '' ? null : URL.parse(src, location.href)
    const isShown =
      url !== null &&
      (url.protocol === 'data:' ? RASTER_DATA.test(src) : isAllowed(url, allowedDomains() ?? []))
    if (!isShown) return element('span', { dir: 'auto' }, alt)
    return element('img', { src: url.href, alt, loading: 'lazy', decoding: 'async' })
  }
}
