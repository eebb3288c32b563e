/** Each run of white space as one space, as a page shows it. */
export function collapseSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
