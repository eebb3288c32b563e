import type { Element, Nodes } from 'hast'

const set = (names: string): ReadonlySet<string> => new Set(names.split(' '))

/** Elements that a browser sets apart from what is before and behind them. */
const BLOCKS = set(
  'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure ' +
    'footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre search ' +
    'section summary table tbody td tfoot th thead tr ul',
)
/** What is no text, or text that belongs to the workings of a page. */
const NOT_READ = set(
  'annotation annotation-xml area audio base button canvas datalist dialog embed head iframe input link map meta ' +
    'noembed noframes noscript object param picture script select source style svg template textarea title track video',
)
const BOILERPLATE = set('nav footer search')
/** Boilerplate around the content; within it, a part of it. */
const BOILERPLATE_OUTSIDE = set('header aside')
const BOILERPLATE_ROLES = set(
  'banner complementary contentinfo dialog menu menubar navigation search toolbar tooltip',
)

export const isElement = (node: Nodes): node is Element => node.type === 'element'

export const isBlock = ({ tagName }: Element): boolean => BLOCKS.has(tagName)

/** Not shown by a browser at all. */
export function isHidden({ tagName, properties }: Element): boolean {
  return (
    NOT_READ.has(tagName) ||
    properties.hidden === true ||
    String(properties.ariaHidden) === 'true' ||
    /display\s*:\s*none/i.test(typeof properties.style === 'string' ? properties.style : '')
  )
}

/** Menus and the like. `inContent`: inside of what the page marks as its content. */
export function isBoilerplate({ tagName, properties }: Element, inContent: boolean): boolean {
  const role = typeof properties.role === 'string' ? properties.role : ''
  return (
    BOILERPLATE.has(tagName) ||
    BOILERPLATE_ROLES.has(role) ||
    (!inContent && BOILERPLATE_OUTSIDE.has(tagName))
  )
}

/** `<a href="#x">¶</a>`: the link to a heading that stands in it. */
export function isPermalink({ tagName, children: [child, ...more] }: Element): boolean {
  return (
    tagName === 'a' && child?.type === 'text' && more.length === 0 && /^\s*[#¶§🔗]?\s*$/u.test(child.value)
  )
}

export function isMainContent({ tagName, properties }: Element): boolean {
  return tagName === 'main' || properties.role === 'main'
}
