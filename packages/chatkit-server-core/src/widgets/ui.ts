import type { Component, ComponentOf, ComponentType } from './chatkit-types.ts'

// One at a time: `Omit` of a union keeps only what all of them have.
type FieldsOf<C> = C extends Component ? Omit<C, 'type'> : never

/** A component is made of its fields, which may be left out where none is needed. */
type Builder<T extends ComponentType> =
  Partial<FieldsOf<ComponentOf<T>>> extends FieldsOf<ComponentOf<T>>
    ? (fields?: FieldsOf<ComponentOf<T>>) => ComponentOf<T>
    : (fields: FieldsOf<ComponentOf<T>>) => ComponentOf<T>

const build = <T extends ComponentType>(type: T): Builder<T> =>
  // `type` last, so that fields which come from somewhere else cannot change it.
  ((fields?: object) => ({ ...fields, type })) as Builder<T>

/** By their names as they are on the wire, without the point: `TableRow` makes a `Table.Row`. */
type Builders = {
  [T in ComponentType as T extends `${infer Of}.${infer Part}` ? `${Of}${Part}` : T]: Builder<T>
}

/**
 * The components of widgets, each a function from its fields. The types are those of `@openai/chatkit`; a component
 * that they do not have yet is an object like any other.
 */
export const ui: Builders = {
  Badge: build('Badge'),
  Basic: build('Basic'),
  Box: build('Box'),
  Button: build('Button'),
  Caption: build('Caption'),
  Card: build('Card'),
  Checkbox: build('Checkbox'),
  Col: build('Col'),
  DatePicker: build('DatePicker'),
  Divider: build('Divider'),
  Form: build('Form'),
  Icon: build('Icon'),
  Image: build('Image'),
  Input: build('Input'),
  Label: build('Label'),
  ListView: build('ListView'),
  ListViewItem: build('ListViewItem'),
  Markdown: build('Markdown'),
  RadioGroup: build('RadioGroup'),
  Row: build('Row'),
  Select: build('Select'),
  Spacer: build('Spacer'),
  Table: build('Table'),
  TableCell: build('Table.Cell'),
  TableRow: build('Table.Row'),
  Text: build('Text'),
  Textarea: build('Textarea'),
  Title: build('Title'),
  Transition: build('Transition'),
}
