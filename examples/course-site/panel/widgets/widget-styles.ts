import { type Component, isRecord, textOf } from './component.ts'

const SPACING_PX = 4

/** Where a number is a step of the spacing, not a pixel. */
const toSpace = (value: unknown): string =>
  typeof value === 'number' ? `${value * SPACING_PX}px` : textOf(value)
const toSize = (value: unknown): string => (typeof value === 'number' ? `${value}px` : textOf(value))

const ALIGN: Record<string, string> = {
  start: 'flex-start',
  center: 'center',
  end: 'flex-end',
  baseline: 'baseline',
  stretch: 'stretch',
  between: 'space-between',
  around: 'space-around',
  evenly: 'space-evenly',
}

// The colours that a site has a meaning for; they keep their contrast in the dark.
const COLORS: Record<string, string> = {
  prose: 'var(--ink)',
  primary: 'var(--ink)',
  emphasis: 'var(--ink)',
  secondary: 'var(--muted)',
  tertiary: 'var(--muted)',
  success: 'var(--accent)',
  info: 'var(--accent)',
  discovery: 'var(--accent)',
  warning: 'var(--danger)',
  caution: 'var(--danger)',
  danger: 'var(--danger)',
}

/** A colour of the vocabulary or of CSS, or a pair of them for light and dark. */
export function toColor(value: unknown): string {
  if (isRecord(value)) {
    const light = toColor(value['light'])
    const dark = toColor(value['dark'])
    return light && dark ? `light-dark(${light}, ${dark})` : ''
  }
  const color = textOf(value)
  return COLORS[color] ?? (CSS.supports('color', color) ? color : '')
}

function sidesOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return { padding: toSpace(value) }
  const side = (one: string, axis: string): string => toSpace(value[one] ?? value[axis])
  return {
    'padding-top': side('top', 'y'),
    'padding-right': side('right', 'x'),
    'padding-bottom': side('bottom', 'y'),
    'padding-left': side('left', 'x'),
  }
}

/** Sets what is no nonsense, by script: the pages allow no inline style. */
export function setStyles(target: HTMLElement, styles: Record<string, string>): void {
  for (const [name, value] of Object.entries(styles)) if (value) target.style.setProperty(name, value)
}

/** How a part is laid out: gap, alignment, padding, sizes, background, border. What does not fit is left out. */
export function setBoxStyles(target: HTMLElement, box: Component): void {
  const size = toSize(box['size'])
  setStyles(target, {
    gap: toSpace(box['gap']),
    'align-items': ALIGN[textOf(box['align'])] ?? '',
    'justify-content': ALIGN[textOf(box['justify'])] ?? '',
    'flex-wrap': textOf(box['wrap']),
    flex: textOf(box['flex']),
    'background-color': toColor(box['background']),
    'block-size': toSize(box['height']) || size,
    'inline-size': toSize(box['width']) || size,
    'min-block-size': toSize(box['minHeight']),
    'min-inline-size': toSize(box['minWidth']),
    'max-block-size': toSize(box['maxHeight']),
    'max-inline-size': toSize(box['maxWidth']),
    'aspect-ratio': textOf(box['aspectRatio']),
    ...sidesOf(box['padding']),
  })
  if (box['border'] !== undefined) target.classList.add('widget-bordered')
  if (box['radius'] !== undefined && box['radius'] !== 'none') target.classList.add('widget-rounded')
}
