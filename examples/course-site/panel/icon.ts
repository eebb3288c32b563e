import { button } from './element.ts'

const SVG = 'http://www.w3.org/2000/svg'

/** Strokes on a grid of 24. */
const STROKES = {
  history: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4h4M12 8v4l3 2',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M15 5l-7 7 7 7',
  down: 'M12 5v14M6 13l6 6 6-6',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  check: 'M5 13l4 4L19 7',
  again: 'M20 12a8 8 0 1 1-2.6-5.9M20 4v4h-4',
  like: 'M7 10v10H4V10zM7 10l4-7c2 0 2.5 1.5 2 3.5L12.5 9H18c1.5 0 2.300 1.200 2 2.5l-1.5 6.5c-.3 1.200-1.200 2-2.5 2H7',
  dislike:
    'M17 14V4h3v10zM17 14l-4 7c-2 0-2.5-1.5-2-3.5l.5-2.5H6c-1.5 0-2.300-1.200-2-2.5L5.5 6c.3-1.200 1.200-2 2.5-2h9',
  microphone: 'M12 4a3 3 0 0 1 3 3v4a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4',
  quote: 'M5 7h5v5c0 3-2 5-4 5M14 7h5v5c0 3-2 5-4 5',
} as const

export type IconName = keyof typeof STROKES

/** A small picture that says nothing to a screen reader. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'chat-icon')
  svg.ariaHidden = 'true'
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', STROKES[name])
  svg.append(path)
  return svg
}

/** A button that shows only a picture; `label` is its name and appears where the pointer rests. */
export function iconButton(name: IconName, label: string, onClick: () => void): HTMLButtonElement {
  const created = button('', { class: 'chat-icon-button', 'aria-label': label, title: label }, onClick)
  created.append(icon(name))
  return created
}
