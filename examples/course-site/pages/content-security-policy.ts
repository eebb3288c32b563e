/** Where OpenAI serves its client from. */
const OPENAI_CDN = 'https://cdn.platform.openai.com'

/**
 * The `content-security-policy` header of every page: scripts, styles, fonts, images and requests from the site itself
 * only, nothing inline, no frames. `data:` is for the empty icon and for images that stand in an answer, `blob:` for
 * previews of files that are about to be sent.
 * OpenAI's client, where it is chosen, may also load its script and the frame that it lives in, and style its frame.
 */
export function contentSecurityPolicy({ client }: { client: 'panel' | 'official' }): string {
  const theirs = client === 'official'
  return [
    "default-src 'none'",
    `script-src 'self'${theirs ? ` ${OPENAI_CDN}` : ''}`,
    `style-src 'self'${theirs ? " 'unsafe-inline'" : ''}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${theirs ? ` ${OPENAI_CDN}` : ''}`,
    ...(theirs ? [`frame-src ${OPENAI_CDN}`] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
