/**
 * Everything that the server says in its own words, in English; `{name}` stands for a fact. Codes tell programs what
 * happened, and never change; these words are for people, and may be others in each language (see the server's option
 * `messages`). The `issues` of a refusal are for developers, and stay in English.
 */
export const MESSAGES = {
  action_invalid: 'This action cannot be used: it is not one that the server has offered.',
  answers_too_many: 'Too many answers are being written at once. Wait for one to finish.',
  attachment_gone: 'An attachment of the message does not exist. Upload it again.',
  attachment_not_found: 'There is no attachment "{id}".',
  body_incomplete: 'The request body broke off before its end. Send it again.',
  body_not_json: 'The request body is not JSON.',
  body_not_text: 'The request body is not UTF-8 text.',
  body_timeout: 'The request body was not whole within {timeoutMs} ms. Send it again.',
  body_too_deep: 'The request body nests too deep.',
  body_too_large: 'The request body is larger than {maxBytes} bytes.',
  choice_not_offered: 'The model or tool that was chosen is not offered here.',
  cross_site: 'This server takes files from its own pages only.',
  field_invalid: '"{path}" {fault}.',
  file_empty: 'The file is empty.',
  file_incomplete: 'The file has {bytes} bytes, not the {announcedBytes} that were announced. Try again.',
  file_not_found: 'There is no such file.',
  file_over_announced: 'The file has more than the {maxBytes} bytes that were announced or are allowed.',
  file_too_large: 'A file may have {maxBytes} bytes at most.',
  file_type_mismatch: 'The content of the file is {found} and not, as announced, {type}.',
  file_type_not_allowed: 'Files of the type "{type}" are not taken. Taken are: {allowed}.',
  file_type_unknown: 'The content of the file is not of the type {type}.',
  file_uploaded: 'This file was uploaded already.',
  files_over_quota: 'Your files may have {maxBytes} bytes in all. Delete some first.',
  files_too_many: 'You may have {maxFiles} files. Delete some first.',
  form_with_many_files: 'The form has more than one file.',
  form_without_file: 'The form holds no file.',
  hook_not_implemented: 'This server does not implement {hook}().',
  idempotency_key_reused: 'The idempotency key was used before, with another request. Use a new one.',
  idempotency_key_too_long: 'The idempotency key is longer than {maxChars} characters.',
  internal: 'Something went wrong on the server. The request id leads to the cause in its log.',
  item_not_found: 'Thread "{threadId}" has no item "{id}".',
  item_of_thread_not_found: 'Thread "{id}" has no such item.',
  item_state_conflict:
    'Nothing in thread "{id}" is waiting for this: it was answered before, or is of another kind.',
  message_withdrawn: 'The message was taken back while it waited for its thread. Nothing of it was kept.',
  method_not_allowed: 'This endpoint takes POST only, not {method}.',
  no_actions: 'This server answers no actions.',
  no_attachments: 'This server takes no attachments.',
  no_dictation: 'This server takes no dictation.',
  request_invalid: 'The request {fault}.',
  requests_too_many: 'Too many requests. Try again in a moment.',
  resume_invalid: 'The place to resume from is not the id of an event.',
  run_active: 'Another answer is being written in thread "{id}". Wait for it, or stop it.',
  run_gone: 'That answer is not being written any more. Load the thread again.',
  run_not_found: 'There is no such thread.',
  shutting_down: 'The server is shutting down. Send the request again in a moment.',
  /** A hidden item: told to the model, not to the user. */
  stop_note: 'The user stopped this answer before it was finished.',
  store_unreachable: 'The conversations cannot be reached at the moment. Please try again.',
  store_unsettled: 'The conversation is changing too quickly. Please try again.',
  thread_closed: 'Thread "{id}" is closed: start a new thread to go on.',
  thread_locked: 'Thread "{id}" is locked: it can be read, but not written to.',
  thread_not_found: 'There is no thread "{id}".',
  unauthenticated: 'Sign in first: the request carries no valid session.',
  unsupported_media_type: 'The content-type must be application/json.',
  upload_broke_off: 'The upload broke off. Try again.',
  upload_failed: 'Something went wrong on the server.',
  upload_gone: 'There is no such attachment any more.',
  upload_methods: 'Files are uploaded by PUT or, as a form, by POST, and downloaded by GET.',
  upload_not_a_form: 'Send the file as multipart/form-data.',
  upload_stalled: 'The upload stood still for too long. Try again.',
  url_expired: 'The time of this address is over. Load the page again.',
  url_forged: 'This address was not made by the server. Load the page again.',
} as const satisfies Record<string, string>

export type MessageKey = keyof typeof MESSAGES

/** Words of the server, and the facts in them. */
export interface ServerWords {
  key: MessageKey
  facts?: Readonly<Record<string, string | number>>
}

/** Which languages are wanted, the preferred one first, and the words of each, by BCP 47 tags. */
export interface SayOptions<K extends string> {
  locales?: readonly string[]
  messages?: Readonly<Record<string, Readonly<Partial<Record<K, string>>>>>
}

/** The words for some or all messages, by BCP 47 tags: `{ de: { run_gone: '…' }, 'de-CH': { … } }`. */
export type MessageCatalogues = Readonly<Record<string, Readonly<Partial<Record<MessageKey, string>>>>>

/** The words in the first of the languages that has them; else in English. */
export function say(
  words: ServerWords,
  locales: readonly string[] = [],
  catalogues: MessageCatalogues = {},
): string {
  return sayIn(MESSAGES, words, { locales, messages: catalogues })
}

/**
 * Words of a catalogue in the first of the languages that `messages` has them in; else in English, as `english` has
 * them. For packages and applications with words of their own.
 */
export function sayIn<K extends string>(
  english: Readonly<Record<K, string>>,
  { key, facts = {} }: { key: K; facts?: Readonly<Record<string, string | number>> },
  { locales = [], messages = {} }: SayOptions<K> = {},
): string {
  // In one pass, so that a fact which looks like the name of another stays what it is.
  return textOf(english, key, { locales, messages }).replaceAll(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(facts, name) ? String(facts[name]) : place,
  )
}

function textOf<K extends string>(
  english: Readonly<Record<K, string>>,
  key: K,
  { locales, messages }: Required<SayOptions<K>>,
): string {
  for (const locale of [...locales, 'en']) {
    // From `de-Latn-CH` to `de`.
    for (let tag = locale; tag !== ''; tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))) {
      const text = Object.hasOwn(messages, tag) ? messages[tag]?.[key] : undefined
      if (text !== undefined) return text
      // English is always there: whoever prefers it to another language gets it.
      if (tag === 'en') return english[key]
    }
  }
  return english[key]
}
