import { element } from '../element.ts'
import { type Component, flag, textOf } from './component.ts'
import type { WidgetPart } from './render-component.ts'
import { ON, writeAction } from './widget-action.ts'
import { iconOf } from './widget-icon.ts'

const isMain = ({ style, color, variant }: Component): boolean =>
  style === 'primary' || (style === undefined && color === 'primary' && (variant ?? 'solid') === 'solid')

export function renderButton(component: Component, { isInForm }: WidgetPart): HTMLElement {
  const action = writeAction(component['onClickAction'])
  const label = textOf(component['label'])
  const icon = textOf(component['iconStart']) || textOf(component['iconEnd'])
  const kinds = [
    'widget-button',
    ...(isMain(component) ? ['widget-button-main'] : []),
    ...(component['color'] === 'danger' ? ['widget-button-danger'] : []),
    ...(component['block'] === true ? ['widget-button-block'] : []),
  ]
  return element(
    'button',
    {
      type: component['submit'] === true || (isInForm && action === undefined) ? 'submit' : 'button',
      class: kinds.join(' '),
      disabled: flag(component['disabled']),
      dir: 'auto',
      // A picture alone has no name.
      'aria-label': label === '' ? icon.replaceAll('-', ' ') || 'Button' : undefined,
      [ON.click]: action,
    },
    ...iconOf(component['iconStart']),
    label,
    ...iconOf(component['iconEnd']),
  )
}
