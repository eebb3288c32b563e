import type { Root } from 'hast'
import { toString } from 'hast-util-to-string'
import type { Root as MarkdownRoot } from 'mdast'
import rehypeSlug from 'rehype-slug'
import rehypeStringify from 'rehype-stringify'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'
import { visit } from 'unist-util-visit'
import { Html } from './html.ts'
import { isolateLatin } from './isolate-latin.ts'
import { LessonError, type LessonMetadata, parseLessonMetadata } from './lesson-metadata.ts'
import { scrollableBlocks } from './scrollable-blocks.ts'
import { textDirection } from './text-direction.ts'

export interface LessonSource {
  /** The file's name, for error messages. */
  file: string
  markdown: string
}

export interface Heading {
  /** The `id` in the page, made from the text as GitHub does it: the anchor that citations lead to. */
  id: string
  text: string
  level: number
}

export interface RenderedLesson extends LessonMetadata {
  html: Html
  headings: Heading[]
}

// Raw HTML in the Markdown is dropped by remark-rehype, unless it is told otherwise.
const processor = unified()
  .use(remarkParse)
  .use(remarkFrontmatter, ['yaml'])
  .use(remarkGfm)
  .use(remarkRehype)
  .use(rehypeSlug)
  .use(scrollableBlocks)
  .use(rehypeStringify)

function frontMatterOf(file: string, tree: MarkdownRoot): string {
  const first = tree.children[0]
  if (first?.type === 'yaml') return first.value
  throw new LessonError(file, 'must begin with front matter (YAML between two lines of "---").')
}

function headingsOf(tree: Root): Heading[] {
  const headings: Heading[] = []
  visit(tree, 'element', (node) => {
    const level = /^h([1-6])$/.exec(node.tagName)?.[1]
    const id = node.properties['id']
    if (level && typeof id === 'string') headings.push({ id, text: toString(node), level: Number(level) })
  })
  return headings
}

/**
 * A lesson's Markdown as HTML, with what its front matter says. The title is not part of the HTML: the page
 * shows it, so that a lesson starts its own headings at the second level.
 *
 * @throws LessonError naming the file, when the front matter is missing or wrong.
 */
export function renderLesson({ file, markdown }: LessonSource): RenderedLesson {
  const parsed = processor.parse(markdown)
  const metadata = parseLessonMetadata(file, frontMatterOf(file, parsed))
  const tree = processor.runSync(parsed)
  if (textDirection(metadata.language) === 'rtl') isolateLatin(tree)
  return { ...metadata, html: new Html(processor.stringify(tree)), headings: headingsOf(tree) }
}
