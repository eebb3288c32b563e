import type { AgentInputItem } from '@openai/agents'
import type { Turn } from '@robolearn/chatkit-server-core'
import { dataBlock, type DataSection, sectionsOf, withSections } from '../data-block.ts'
import { type PageContext, pageContextSchema } from './page-context.ts'

/**
 * The input with what the client says about the page (the request's `metadata`, see `pageContextSchema`) in one
 * data block of role `user` directly before the current message. A block that `toAgentInput` has put there
 * already (quoted text, tags, file names) becomes part of it. Nothing of it enters a system message, and nothing
 * is stored: the next request says anew where its user is.
 */
export function injectContext(
  input: AgentInputItem[],
  turn: Pick<Turn<unknown>, 'metadata'>,
): AgentInputItem[] {
  const sections = toSections(pageContextSchema.parse(turn.metadata))
  const at = Math.max(input.findLastIndex(isMessageOfUser), 0)
  const before = input[at - 1]
  const own = before && sectionsOf(before)
  // What the user marked is often quoted in the message, too: once is enough.
  const quoted = new Set(own?.filter(({ name }) => name === 'quoted_text').map(({ text }) => text))
  const added = sections.filter(({ name, text }) => name !== 'selection' || !quoted.has(text))
  if (added.length === 0) return input
  return before && own
    ? input.with(at - 1, withSections(added, before))
    : input.toSpliced(at, 0, dataBlock(added))
}

function isMessageOfUser(item: AgentInputItem): boolean {
  return 'role' in item && item.role === 'user' && !sectionsOf(item)
}

function toSections({ page, selection, profile }: PageContext): DataSection[] {
  const sections: { name: DataSection['name']; text: string | undefined }[] = [
    { name: 'page_url', text: page.url },
    { name: 'page_title', text: page.title },
    { name: 'page_path', text: page.path },
    { name: 'page_language', text: page.language },
    { name: 'page_description', text: page.description },
    { name: 'page_headings', text: page.headings.join('\n') },
    { name: 'selection', text: selection },
    { name: 'profile', text: profile.map(({ key, value }) => `${key}: ${value}`).join('\n') },
  ]
  return sections.flatMap(({ name, text }) => (text ? [{ name, text }] : []))
}
