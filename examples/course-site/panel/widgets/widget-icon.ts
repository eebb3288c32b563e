import { element } from '../element.ts'
import { textOf } from './component.ts'

// Characters that every system has; an icon is an ornament, and one without a character is left out.
const GLYPHS: Record<string, string> = {
  check: '✓',
  'check-circle': '✓',
  'check-circle-filled': '✓',
  'chevron-left': '‹',
  'chevron-right': '›',
  'circle-question': '?',
  dot: '•',
  'dots-horizontal': '⋯',
  'dots-vertical': '⋮',
  'empty-circle': '○',
  'external-link': '↗',
  info: 'i',
  play: '▶',
  plus: '+',
  reload: '↻',
  sparkle: '✦',
  'sparkle-double': '✦',
  star: '☆',
  'star-filled': '★',
}

/** The icon of this name for the eye alone; an empty list where there is none. */
export function iconOf(name: unknown): HTMLElement[] {
  const glyph = GLYPHS[textOf(name)]
  return glyph === undefined ? [] : [element('span', { class: 'widget-icon', 'aria-hidden': 'true' }, glyph)]
}
