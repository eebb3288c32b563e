/**
 * The `content-security-policy` header of every page: scripts, styles, images and requests from the site itself
 * only, nothing inline, no frames. `data:` is for the empty icon and for images that stand in an answer, `blob:` for
 * previews of files that are about to be sent.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
