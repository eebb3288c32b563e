import { markLanguage } from './text-language.ts'

type Child = Node | string

/**
 * Creates an element with attributes (`undefined` leaves one out) and children; strings become text. One with
 * `dir: 'auto'` holds words of somebody else, and gets their language.
 */
export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Record<string, string | undefined> = {},
  ...children: Child[]
): HTMLElementTagNameMap[T] {
  const created = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) created.setAttribute(name, value)
  }
  created.append(...children)
  if (attributes['dir'] === 'auto') markLanguage(created)
  return created
}

/** A button that is not a submit button. */
export function button(
  label: string,
  attributes: Record<string, string | undefined>,
  onClick: () => void,
): HTMLButtonElement {
  const created = element('button', { type: 'button', ...attributes }, label)
  created.addEventListener('click', onClick)
  return created
}
