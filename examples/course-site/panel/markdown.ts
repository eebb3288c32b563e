import DOMPurify from 'dompurify'
import { Marked, type Token } from 'marked'
import { withoutMarkers } from './citation-markers.ts'
import { element } from './element.ts'
import { safeUrl, setDestination } from './safe-url.ts'
import { markLanguage } from './text-language.ts'

const TEXT_BLOCKS = 'p, li, ul, ol, h3, blockquote, th, td'

const ALLOWED_TAGS =
  'p br hr strong em del code pre blockquote ul ol li a h3 table thead tbody tr th td'.split(' ')

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const marked = new Marked({
  gfm: true,
  renderer: {
    // An answer stands below the panel's title, whatever level the model chose.
    heading({ tokens }) {
      return `<h3>${this.parser.parseInline(tokens)}</h3>\n`
    },
    html: ({ text }) => escaped(text),
    image: ({ text }) => escaped(text),
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
})

// A bare address swallows the citation that follows it.
function freeAddress(token: Token): void {
  if (token.type === 'link') token['href'] = withoutMarkers(String(token['href']))
}

/** The Markdown's blocks as HTML, each by itself. Not sanitised: only `toSafeNodes` may put it into a page. */
export function toBlocks(markdown: string): string[] {
  const tokens = marked.lexer(markdown)
  void marked.walkTokens(tokens, freeAddress)
  return tokens.map((token) => marked.parser([token]))
}

/**
 * Parses untrusted HTML and keeps what an answer may hold: text, lists, tables, code and links (see `safeUrl`). No
 * images, no styles, no ids.
 */
export function toSafeNodes(html: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS,
    ALLOWED_ATTR: ['href', 'start'],
    // What an action is written in.
    ALLOW_DATA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  })
  for (const link of fragment.querySelectorAll('a')) {
    // One that the sanitiser took away must not come to mean this page.
    const href = link.getAttribute('href')
    const url = href ? safeUrl(href) : undefined
    if (url) setDestination(link, url)
    else link.replaceWith(...link.childNodes)
  }
  for (const block of fragment.querySelectorAll<HTMLElement>(TEXT_BLOCKS)) {
    block.dir = 'auto'
    markLanguage(block)
  }
  for (const code of fragment.querySelectorAll<HTMLElement>('pre')) {
    code.dir = 'ltr'
    code.tabIndex = 0
  }
  for (const table of fragment.querySelectorAll('table')) {
    const wrapper = element('div', {
      class: 'chat-table',
      role: 'group',
      'aria-label': 'Table',
      tabindex: '0',
    })
    table.replaceWith(wrapper)
    wrapper.append(table)
  }
  return fragment
}
