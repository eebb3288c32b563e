/** What is left of HTML without its tags, comments, scripts and styles; in one pass, whatever it is given. */
export function stripTags(html: string): string {
  const kept: string[] = []
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    kept.push(html.slice(at, open < 0 ? html.length : open))
    if (open < 0) break
    const raw = /^<(script|style)\b/i.exec(html.slice(open, open + 8))
    const close = raw ? endOf(html, `</${raw[1]}`, open) : open
    const end = close < 0 ? -1 : html.indexOf('>', close)
    if (end < 0) break
    at = end + 1
    kept.push(' ')
  }
  return kept.join('')
}

function endOf(html: string, closing: string, from: number): number {
  const found = html.slice(from).search(new RegExp(closing, 'i'))
  return found < 0 ? -1 : from + found
}
