const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** How far beyond the cut is looked for the end of a character that is made of several code points. */
const LOOK_AHEAD = 64

/**
 * The text, or as much of its beginning as fits into `maxLength` UTF-16 code units without cutting a character
 * in two: neither a surrogate pair nor a letter with its marks nor a joined emoji.
 */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const segments = graphemes.segment(text.slice(0, maxLength + LOOK_AHEAD))
  const end = segments.containing(maxLength)?.index ?? 0
  if (end > 0) return text.slice(0, end)
  // One endless "character" (a letter under a tower of marks): only its code points are kept whole.
  return text.slice(0, isHighSurrogate(text, maxLength - 1) ? maxLength - 1 : maxLength)
}

/** Whether the code unit at this place is the first half of a pair. */
export function isHighSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xd800 && unit <= 0xdbff
}

/** The text with every run of white space, line breaks included, as one space, and none at its ends. */
export function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
