import type { AgentInputItem } from '@openai/agents'
import type { Attachment, UserMessageItem } from '@robolearn/chatkit-server-core'
import { cutText, onOneLine } from '../cut-text.ts'
import { type ContentPart, dataBlock, type DataSection, withoutDelimiters } from '../data-block.ts'
import type { Conversion } from './conversion.ts'
import type { LoadedAttachment } from './load-attachments.ts'

const MAX_QUOTED_LENGTH = 5000
const MAX_TAG_NAME_LENGTH = 100
const MAX_TAG_DATA_LENGTH = 2000
const MAX_FILE_NAME_LENGTH = 200
const MAX_FILE_TEXT_LENGTH = 20_000

/** The words of the user with a tag as `@name`; before them a block with what the tags stand for, and the files. */
export function convertUserMessage(
  item: UserMessageItem,
  { isCurrent, attachments: loaded }: Conversion,
): AgentInputItem[] {
  const files = item.attachments.map((file) => fileOf(file, loaded.get(file.id)))
  const sections = [
    ...(isCurrent ? quotedText(item) : []),
    ...tags(item),
    ...files.map(({ section }) => section),
  ]
  const parts = files.flatMap(({ part }) => (part ? [part] : []))
  const message: AgentInputItem = {
    role: 'user',
    content: [{ type: 'input_text', text: messageText(item) }],
  }
  return sections.length > 0 ? [dataBlock(sections, parts), message] : [message]
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

/** The file's name, with what is in it: a text beside it, anything else as a part of its own. */
function fileOf(
  { name, mime_type: mimeType }: Attachment,
  loaded: LoadedAttachment | undefined,
): { section: DataSection; part?: ContentPart } {
  const filename = cutText(onOneLine(name), MAX_FILE_NAME_LENGTH)
  const title = `${filename} (${cutText(onOneLine(mimeType), 100)})`
  if (loaded?.kind === 'text') {
    return {
      section: { name: 'attachment', text: `${title}\n${cutText(loaded.text, MAX_FILE_TEXT_LENGTH)}` },
    }
  }
  const section: DataSection = { name: 'attachment', text: title }
  if (loaded?.kind === 'image') return { section, part: { type: 'input_image', image: loaded.dataUrl } }
  if (loaded?.kind !== 'pdf') return { section }
  // APIs take the name as it is: none that could be read as more than a name.
  const safeName = `${withoutDelimiters(filename).replace(/\.pdf$/i, '')}.pdf`
  return { section, part: { type: 'input_file', file: loaded.dataUrl, filename: safeName } }
}
