import { z } from 'zod'
import { cutText, onOneLine } from '../cut-text.ts'

const MAX_FIELD_LENGTH = 500
const MAX_HEADINGS = 20
const MAX_PROFILE_FIELDS = 20
const MAX_PROFILE_KEY_LENGTH = 50
const MAX_SELECTION_LENGTH = 5000
const MAX_TOTAL_LENGTH = 12_000

/** Who somebody is, `authenticate` says. A page that claims it is not heard. */
const IDENTITY_FIELDS = new Set(['role', 'roles', 'email'])

const field = z
  .string()
  .transform((text) => cutText(onOneLine(text), MAX_FIELD_LENGTH) || undefined)
  .optional()
  .catch(undefined)

const headings = z
  .array(field)
  .transform((list) => list.filter((heading) => heading !== undefined).slice(0, MAX_HEADINGS))
  .catch([])

const selection = z
  .string()
  .transform((text) => cutText(text.trim(), MAX_SELECTION_LENGTH) || undefined)
  .optional()
  .catch(undefined)

const profileValue = z
  .union([z.string(), z.number(), z.boolean()])
  .transform((value) => cutText(onOneLine(String(value)), MAX_FIELD_LENGTH))
  .catch('')

const profile = z
  .record(z.string(), profileValue)
  .transform((fields) =>
    Object.entries(fields)
      .map(([key, value]) => ({ key: cutText(onOneLine(key), MAX_PROFILE_KEY_LENGTH), value }))
      .filter(({ key, value }) => key && value && !IDENTITY_FIELDS.has(key.toLowerCase()))
      .slice(0, MAX_PROFILE_FIELDS),
  )
  .catch([])

const page = z.object({
  url: field,
  title: field,
  path: field,
  language: field,
  description: field,
  headings,
})

/**
 * The `metadata` of a request as context of the page: `page`, `selection`, `profile`. Anyone may have written it,
 * so it is bounded and never refused: unknown keys and values of a wrong type are dropped, a text that is too long
 * is cut at a whole character (a field at 500 UTF-16 code units, the selection at 5,000, all together at 12,000).
 */
export const pageContextSchema = z
  .object({ page: page.catch({ headings: [] }), selection, profile })
  .catch({ page: { headings: [] }, selection: undefined, profile: [] })
  .transform(withinTotal)

export type PageContext = z.output<typeof pageContextSchema>

interface Fields {
  page: z.output<typeof page>
  selection?: string | undefined
  profile: { key: string; value: string }[]
}

/** What tells most is kept first: where the user is, what they marked, who they say they are, the headings. */
function withinTotal(fields: Fields): Fields {
  let left = MAX_TOTAL_LENGTH
  const take = (text: string | undefined): string | undefined => {
    const taken = text && cutText(text, left)
    left -= taken?.length ?? 0
    return taken || undefined
  }
  const { url, title, path, language, description } = fields.page
  const kept = {
    url: take(url),
    title: take(title),
    path: take(path),
    language: take(language),
    description: take(description),
  }
  const marked = take(fields.selection)
  const who = fields.profile.flatMap(({ key, value }) => {
    const name = take(key)
    const text = take(value)
    return name === key && text ? [{ key, value: text }] : []
  })
  const outline = fields.page.headings.flatMap((heading) => take(heading) ?? [])
  return { page: { ...kept, headings: outline }, selection: marked, profile: who }
}
