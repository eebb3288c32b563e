/** About as much as can be read beside an answer; the server would take a little more. */
const MAX_LENGTH = 2_000

/** The text as it is quoted: without blank lines, and where it is too long cut behind a word, with a sign. */
export function cutQuote(text: string): string {
  const quote = text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n[ \n]*/g, '\n')
    .trim()
  if (quote.length <= MAX_LENGTH) return quote
  const cut = quote.slice(0, MAX_LENGTH)
  const end = cut.search(/\s\S*$/)
  // A script without spaces is cut where it must be, but not inside a character.
  const kept = end > MAX_LENGTH / 2 ? cut.slice(0, end) : cut.replace(/[\uD800-\uDBFF]$/, '')
  return `${kept} […]`
}
