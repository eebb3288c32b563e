import rehypeSlug from 'rehype-slug'
import rehypeStringify from 'rehype-stringify'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'

const pipeline = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkFrontmatter, ['yaml'])
  .use(remarkRehype)
  .use(rehypeSlug)
  .use(rehypeStringify)

/** The page that a site would make of a Markdown text, as HTML. */
export function renderPage(markdown: string): string {
  return String(pipeline.processSync(markdown))
}

/**
 * The HTML between the heading with this `id`, or else the beginning, and the next heading. Those in quotations and lists
 * do not count.
 */
export function sectionOf(page: string, id: string | undefined): string {
  const html = page.replace(/<(blockquote|ul|ol)>.*?<\/\1>/gs, (nested) =>
    nested.replace(/(<\/?)h\d[^>]*>/g, '$1p>'),
  )
  const rest = id === undefined ? html : html.split(` id="${id}">`, 2)[1]
  if (rest === undefined) throw new Error(`The page has no heading with the id "${id}".`)
  const body = id === undefined ? rest : rest.replace(/^.*?<\/h\d>/s, '')
  return body.split(/<h[1-6][ >]/, 1)[0] ?? ''
}

const BLOCK_TAGS =
  /<\/?(p|div|li|ul|ol|dl|dt|dd|pre|table|caption|thead|tbody|tr|td|th|blockquote|center|h\d|section|br|hr)\b[^>]*>/g

/** What a reader sees of HTML: block elements apart, runs of white space as one space. */
export function seen(html: string): string {
  return html
    .replace(BLOCK_TAGS, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&#x([\dA-F]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(
      /&(amp|lt|gt|quot|nbsp);/g,
      (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? ' ',
    )
    .replace(/\s+/g, ' ')
    .trim()
}

/** The texts of the paragraphs and list items of a page, each in one piece. */
export function blocksOf(html: string): string[] {
  return [...html.matchAll(/<(p|li)\b[^>]*>(.*?)(?=<\/?(?:p|li|ul|ol|blockquote)\b)/gs)].map((match) =>
    seen(match[2] ?? ''),
  )
}
