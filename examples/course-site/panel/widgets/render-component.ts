import type { ComponentType } from '@robolearn/chatkit-server-core/widgets'
import { element } from '../element.ts'
import type { ImageMaker } from '../safe-image.ts'
import { type Component, componentsOf, textOf, textOrNone } from './component.ts'
import { renderButton } from './widget-button.ts'
import {
  renderCheckbox,
  renderDatePicker,
  renderRadioGroup,
  renderSelect,
  renderTextarea,
  renderTextField,
} from './widget-fields.ts'
import { iconOf } from './widget-icon.ts'
import {
  renderBox,
  renderCol,
  renderDivider,
  renderForm,
  renderRow,
  renderSpacer,
  renderTable,
  renderTransition,
} from './widget-layout.ts'
import { renderBasic, renderCard, renderListItem, renderListView } from './widget-roots.ts'
import { setBoxStyles, setStyles } from './widget-styles.ts'
import {
  renderBadge,
  renderCaption,
  renderLabel,
  renderLink,
  renderMarkdown,
  renderText,
  renderTitle,
} from './widget-texts.ts'

/** What a component is rendered with. */
export interface WidgetPart {
  render: (component: Component) => HTMLElement
  childrenOf: (component: Component) => HTMLElement[]
  /** The id of the field of this name in this widget. */
  fieldId: (name: unknown) => string
  isLabelled: (name: string) => boolean
  /** Whether a form is around it. */
  isInForm: boolean
  inForm: () => WidgetPart
  image: ImageMaker
}

type Render = (component: Component, part: WidgetPart) => HTMLElement

function renderImage(component: Component, { image }: WidgetPart): HTMLElement {
  const made = image(textOf(component['src']), textOf(component['alt']))
  made.classList.add('widget-image')
  setBoxStyles(made, component)
  setStyles(made, {
    'object-fit': textOf(component['fit']),
    'object-position': textOf(component['position']),
  })
  return made
}

const inBox: Render = (component, part) =>
  element('div', { class: 'widget-box widget-col' }, ...part.childrenOf(component))

const KNOWN: Record<ComponentType | 'Link', Render> = {
  Badge: renderBadge,
  Basic: renderBasic,
  Box: renderBox,
  Button: renderButton,
  Caption: renderCaption,
  Card: renderCard,
  Checkbox: renderCheckbox,
  Col: renderCol,
  DatePicker: renderDatePicker,
  Divider: renderDivider,
  Form: renderForm,
  Icon: ({ name }) => element('span', {}, ...iconOf(name)),
  Image: renderImage,
  Input: renderTextField,
  Label: renderLabel,
  Link: renderLink,
  ListView: renderListView,
  ListViewItem: renderListItem,
  Markdown: renderMarkdown,
  RadioGroup: renderRadioGroup,
  Row: renderRow,
  Select: renderSelect,
  Spacer: renderSpacer,
  Table: renderTable,
  // They stand in a table only, which makes its rows and cells itself.
  'Table.Cell': inBox,
  'Table.Row': inBox,
  Text: renderText,
  Textarea: renderTextarea,
  Title: renderTitle,
  Transition: renderTransition,
}

/** A component of tomorrow: whatever it says, and its parts. */
const renderUnknown: Render = (component, part) => {
  const said = ['title', 'label', 'value', 'text', 'caption'].map((field) => textOf(component[field]))
  const texts = said.filter((text) => text !== '').map((text) => element('p', { dir: 'auto' }, text))
  return element('div', { class: 'widget-box widget-col' }, ...texts, ...part.childrenOf(component))
}

function labelsIn(component: Component): string[] {
  const own = component.type === 'Label' ? [textOf(component['fieldName'])] : []
  return [...own, ...componentsOf(component['children']).flatMap(labelsIn)]
}

/** Makes a widget's elements, new ones each time. `prefix` keeps the ids of its fields apart from those of others. */
export function renderWidget(root: Component, prefix: string, image: ImageMaker): HTMLElement {
  const labelled = new Set(labelsIn(root))

  function partOf(isInForm: boolean): WidgetPart {
    const part: WidgetPart = {
      render: (component) => {
        const isKnown = Object.hasOwn(KNOWN, component.type)
        const made = (isKnown ? KNOWN[component.type as ComponentType] : renderUnknown)(component, part)
        const key = textOrNone(component['key']) ?? textOrNone(component['id'])
        if (key !== undefined) made.dataset['key'] = key
        return made
      },
      childrenOf: (component) => componentsOf(component['children']).map(part.render),
      fieldId: (name) => `${prefix}-${textOf(name).replaceAll(/[^\w-]/g, '_')}`,
      isLabelled: (name) => labelled.has(name),
      isInForm,
      inForm: () => partOf(true),
      image,
    }
    return part
  }

  return partOf(false).render(root)
}
