import type { Source } from '@robolearn/chatkit-server-core'
import type { Passage } from '../search/passage.ts'

/** What a citation of a passage shows, and where it leads: a page at the passage, or the document by its name. */
export function passageSource(passage: Passage): Source {
  const { documentId, headingPath, title, url, page } = passage
  const heading = headingPath.at(-1)
  const path = headingPath.filter((step) => step !== title)
  const shown = {
    title: heading === undefined || heading === title ? title : `${title} – ${heading}`,
    // The last step stands in the title.
    ...(path.length > 1 && { description: path.join(' › ') }),
    ...(page && { description: `page ${page.label ?? page.number}` }),
  }
  if (url === undefined) return { type: 'file', filename: documentId, ...shown }
  return { type: 'url', url: passageUrl(url, passage), ...shown }
}

function passageUrl(url: string, { anchor, page: onPage, textFragment }: Passage): string {
  const [page = url, ownFragment = ''] = url.split('#', 2)
  // What browsers' viewers of PDF understand.
  if (onPage) return `${page}#page=${onPage.number}`
  const id = anchor === undefined ? (ownFragment.split(':~:', 1)[0] ?? '') : encodeURIComponent(anchor)
  const fragment = textFragment === undefined ? id : `${id}:~:${textFragment}`
  return fragment ? `${page}#${fragment}` : page
}
