/** What an id is for; also its prefix. Messages, widgets, images, structured inputs and ends of turn share `msg`. */
export type IdKind = 'thr' | 'msg' | 'tc' | 'wf' | 'tsk' | 'atc' | 'shcx' | 'run'

/** Mints an id of the given kind. Ids must never repeat; they should sort by the time they were made. */
export type GenerateId = (kind: IdKind) => string

// Digits before letters, as in ASCII, so that ids sort as their times do; no letters that read as digits.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_DIGITS = 10
const RANDOM_DIGITS = 20

/**
 * `kind_` and 30 digits of base 32: 10 of the time in milliseconds (good until the year 37000), 20 at random
 * (100 bits). Sorts by time as plain text.
 */
export function generateId(kind: IdKind, now: number = Date.now()): string {
  let time = ''
  for (let rest = now, i = 0; i < TIME_DIGITS; i++, rest = Math.floor(rest / 32)) {
    time = ALPHABET.charAt(rest % 32) + time
  }
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_DIGITS))
  let random = ''
  for (const byte of bytes) random += ALPHABET.charAt(byte & 31)
  return `${kind}_${time}${random}`
}
