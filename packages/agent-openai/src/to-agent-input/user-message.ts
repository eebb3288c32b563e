import type { AgentInputItem } from '@openai/agents'
import type { UserMessageItem } from '@robolearn/chatkit-server-core'
import { cutText, onOneLine } from '../cut-text.ts'
import { dataBlock, type DataSection, withoutDelimiters } from '../data-block.ts'
import type { Conversion } from './conversion.ts'

const MAX_QUOTED_LENGTH = 5000
const MAX_TAG_NAME_LENGTH = 100
const MAX_TAG_DATA_LENGTH = 2000
const MAX_FILE_NAME_LENGTH = 200

/** The words of the user with a tag as `@name`; before them a block with what the tags stand for. */
export function convertUserMessage(item: UserMessageItem, { isCurrent }: Conversion): AgentInputItem[] {
  const sections = [...(isCurrent ? quotedText(item) : []), ...tags(item), ...attachments(item)]
  const message: AgentInputItem = {
    role: 'user',
    content: [{ type: 'input_text', text: messageText(item) }],
  }
  return sections.length > 0 ? [dataBlock(sections), message] : [message]
}

/** What the user wrote, as one text. */
export function messageText(item: Pick<UserMessageItem, 'content'>): string {
  return item.content.map((part) => (part.type === 'input_text' ? part.text : `@${tagName(part)}`)).join('')
}

function tagName(tag: { text: string }): string {
  return cutText(onOneLine(withoutDelimiters(tag.text)), MAX_TAG_NAME_LENGTH)
}

function quotedText({ quoted_text: quoted }: UserMessageItem): DataSection[] {
  return quoted?.trim() ? [{ name: 'quoted_text', text: cutText(quoted.trim(), MAX_QUOTED_LENGTH) }] : []
}

/** A tag that is used twice is explained once. */
function tags({ content }: UserMessageItem): DataSection[] {
  const byId = new Map(
    content.filter((part) => part.type === 'input_tag').map((tag) => [tag.id, tag] as const),
  )
  return [...byId.values()].map((tag) => ({
    name: 'tag',
    text: `@${tagName(tag)}: ${cutText(JSON.stringify({ id: tag.id, ...tag.data }), MAX_TAG_DATA_LENGTH)}`,
  }))
}

function attachments({ attachments: files }: UserMessageItem): DataSection[] {
  return files.map((file) => ({
    name: 'attachment',
    text: `${cutText(onOneLine(file.name), MAX_FILE_NAME_LENGTH)} (${cutText(onOneLine(file.mime_type), 100)})`,
  }))
}
