// What makes two elements the same thing, so that one can become the other.
function identityOf(node: Element): string {
  const names = ['data-key', 'data-field', 'name', 'type'].map((name) => node.getAttribute(name) ?? '')
  const value = node.getAttribute('type') === 'radio' ? node.getAttribute('value') : ''
  return [node.tagName, ...names, value].join('\n')
}

function morphAttributes(shown: Element, wanted: Element): void {
  for (const name of shown.getAttributeNames()) {
    // Whether details are open is up to the reader.
    if (name !== 'open' && !wanted.hasAttribute(name)) shown.removeAttribute(name)
  }
  for (const name of wanted.getAttributeNames()) {
    const value = wanted.getAttribute(name) ?? ''
    if (name !== 'style' && shown.getAttribute(name) !== value) shown.setAttribute(name, value)
  }
  // The pages' policy refuses the attribute, and takes the same from a script.
  if (shown instanceof HTMLElement && wanted instanceof HTMLElement) {
    shown.style.cssText = wanted.style.cssText
  }
}

function morphChildren(shown: Element, wanted: Element): void {
  const known = Map.groupBy(shown.children, identityOf)
  const pairs = [...wanted.childNodes].map((next) => ({
    next,
    match: next instanceof Element ? known.get(identityOf(next))?.shift() : undefined,
  }))
  const kept = new Set<Node>(pairs.flatMap(({ match }) => match ?? []))
  // First, so that what stays is not moved: an element that moves loses the focus.
  const stale = Array.from(shown.childNodes).filter((child) => !kept.has(child))
  for (const child of stale) child.remove()
  let place = shown.firstChild
  for (const { next, match } of pairs) {
    if (match && next instanceof Element) morph(match, next)
    if (match && match === place) place = place.nextSibling
    else shown.insertBefore(match ?? next, place)
  }
}

/**
 * Makes `shown` look like `wanted`, which is used up. Elements that stay the same thing stay the same element, with
 * their focus, what was typed into them, and whether they are open.
 */
export function morph(shown: Element, wanted: Element): void {
  if (shown.isEqualNode(wanted)) return
  morphAttributes(shown, wanted)
  morphChildren(shown, wanted)
}
