/** What a citation's URL points at in a page. */
export interface Passage {
  /** The id of the heading that the passage stands under; empty for the whole page. */
  anchor: string
  /** The passage's words, or its first words when `end` is given. */
  start?: string
  /** The passage's last words. */
  end?: string
}

const DIRECTIVE = ':~:'

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Reads a URL's fragment: an anchor, a text fragment (`:~:text=start,end`, with its optional `prefix-,` and
 * `,-suffix`), or both. `undefined` when there is neither.
 */
export function readPassage(hash: string): Passage | undefined {
  const [anchor = '', directives = ''] = hash.replace(/^#/, '').split(DIRECTIVE, 2)
  const value = directives.split('&').find((directive) => directive.startsWith('text='))
  const words = (value?.slice('text='.length).split(',') ?? [])
    .filter((part) => part !== '' && !part.startsWith('-') && !part.endsWith('-'))
    .map(decode)
  const [start, end] = words
  if (anchor === '' && start === undefined) return undefined
  return {
    anchor: decode(anchor),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  }
}
