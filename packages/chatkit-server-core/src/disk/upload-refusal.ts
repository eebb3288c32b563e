import { say, type ServerWords } from '../messages/messages.ts'

/** Every way in which an upload or a download can be refused: the HTTP status, and when it happens. */
export const UPLOAD_REFUSALS = {
  form_invalid: { status: 400, meaning: 'The form holds no file, or more than one.' },
  file_incomplete: { status: 400, meaning: 'Fewer bytes arrived than were announced.' },
  unauthenticated: { status: 401, meaning: '`authenticate` found nobody.' },
  url_forged: { status: 403, meaning: 'The URL was not signed by this server, or for something else.' },
  cross_site: { status: 403, meaning: 'A page of another site sent the form.' },
  attachment_not_found: { status: 404, meaning: 'There is no such attachment, or nothing was uploaded.' },
  method_not_allowed: { status: 405, meaning: 'Anything but GET, HEAD, PUT and POST.' },
  upload_timeout: { status: 408, meaning: 'No byte arrived for too long.' },
  already_uploaded: { status: 409, meaning: 'The file of this attachment is there already.' },
  url_expired: { status: 410, meaning: 'The time of the URL is over.' },
  file_too_large: { status: 413, meaning: 'More bytes arrived than were announced or are allowed.' },
  type_mismatch: { status: 415, meaning: 'The content of the file is not of the type that was announced.' },
  unsupported_media_type: { status: 415, meaning: 'A form has to be `multipart/form-data`.' },
} as const satisfies Record<string, { status: number; meaning: string }>

export type UploadRefusalCode = keyof typeof UPLOAD_REFUSALS

/** Its message is for the person who uploads. */
export class UploadRefusal extends Error {
  override readonly name = 'UploadRefusal'
  readonly code: UploadRefusalCode

  /** What the message says: it can be said in another language. */
  readonly words: ServerWords

  constructor(code: UploadRefusalCode, words: ServerWords) {
    super(say(words))
    this.code = code
    this.words = words
  }

  get status(): number {
    return UPLOAD_REFUSALS[this.code].status
  }
}
