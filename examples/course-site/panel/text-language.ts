/**
 * Says of words that may be in any language which one they are in, by their first letter, as `dir="auto"` finds their
 * direction: a screen reader would read them with the voice of the panel's English. Arabic letters are taken for Urdu:
 * the course has no other language that is written with them.
 */
export function markLanguage(element: HTMLElement): void {
  const [first = ''] = /\p{L}/u.exec(element.textContent) ?? []
  if (/\p{Script=Arabic}/u.test(first)) element.lang = 'ur'
  else element.removeAttribute('lang')
}
