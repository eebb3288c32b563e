import type { Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { frontmatter } from 'micromark-extension-frontmatter'
import { gfm } from 'micromark-extension-gfm'

/** A whole document: GitHub-flavoured Markdown, front matter set apart. */
export function parseMarkdown(text: string): Root {
  return fromMarkdown(text, {
    extensions: [gfm(), frontmatter('yaml')],
    mdastExtensions: [gfmFromMarkdown(), frontmatterFromMarkdown('yaml')],
  })
}

/** A piece out of a document: a line of dashes at its head is no front matter. */
export function parseMarkdownPiece(text: string): Root {
  return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
}
