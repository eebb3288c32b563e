// Whatever is made of these needs a type that is written out: the build of the declarations does not see them.
import type * as Widgets from '@openai/chatkit/types/widgets'

/** Everything that a widget can be made of, as the official client knows it. */
export type Component = Widgets.WidgetComponent | Widgets.WidgetRoot | Widgets.ListViewItem

export type ComponentType = Component['type']

/** The component with this `type`. */
export type ComponentOf<T extends ComponentType> = Extract<Component, { type: T }>

type WireAction = NonNullable<Widgets.Button['onClickAction']>

/** What a button, form or row does when it is used: the value of `onClickAction` and its like. */
export interface ActionConfig<T extends string = string> extends WireAction {
  type: T
  /** Who handles it: the page that shows the chat, or the server. The client's default is `server`. */
  handler?: 'client' | 'server'
  /** What shows that it is under way: nothing, the part itself, the card around it, or what fits. */
  loadingBehavior?: 'auto' | 'none' | 'self' | 'container'
  /** False asks `syncAction()` for one answer instead of `action()` for a stream. */
  streaming?: boolean
}
