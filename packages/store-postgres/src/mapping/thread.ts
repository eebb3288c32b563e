import type { Thread } from '@robolearn/chatkit-server-core'
import { toJson } from './to-json.ts'

/** SQL: the row of `threads` under the name `row`, as one JSON object in which what is absent is null. */
export const threadJson = (row: string): string => `json_build_object(
  'id', ${row}.id,
  'created_at', to_char(${row}.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'title', ${row}.title,
  'status', ${row}.status,
  'allowed_image_domains', ${row}.allowed_image_domains,
  'metadata', ${row}.metadata)`

/** A thread as `threadJson` gives it. */
export interface ThreadRow extends Pick<Thread, 'id' | 'created_at' | 'status' | 'metadata'> {
  title: string | null
  allowed_image_domains: string[] | null
}

export function toThread({ title, allowed_image_domains, ...rest }: ThreadRow): Thread {
  return {
    ...rest,
    ...(title !== null && { title }),
    ...(allowed_image_domains !== null && { allowed_image_domains }),
  }
}

/** The values of a thread's columns that the application gives, in the form in which they are sent. */
export function threadValues(thread: Thread): (string | null)[] {
  const { title, status, allowed_image_domains: domains, metadata } = thread
  const what = `Thread "${thread.id}"`
  return [
    title === undefined ? null : storableText(title, what),
    toJson(status, what),
    domains === undefined ? null : toJson(domains, what),
    toJson(metadata, what),
    thread.created_at,
  ]
}

/** The text as it is, once it is known that it can be stored. */
export function storableText(text: string, what: string): string {
  toJson(text, what)
  return text
}
