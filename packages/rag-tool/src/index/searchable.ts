/**
 * What PostgreSQL is given to take apart, of documents and of questions alike: lower-case words set apart by spaces.
 * Its own parser would take `roll/pitch/yaw` for the path of a file and `end.Next` for a host, and lowers the case of
 * letters outside ASCII only in some locales.
 */
export function searchable(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
}
