import { jwtVerify, SignJWT } from 'jose'

const COOKIE = '__Host-session'
const MAX_AGE_SECONDS = 30 * 24 * 60 * 60
const AUDIENCE = 'session'

/** Sessions as signed cookies. `secret`: 32 random bytes that only this application has. */
export function createSessions(secret: Uint8Array) {
  if (secret.byteLength < 32) throw new TypeError('secret: 32 random bytes or more.')
  return {
    /** The `set-cookie` of somebody who has just signed in. */
    open: async (userId: string): Promise<string> => {
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setAudience(AUDIENCE)
        .setExpirationTime(`${MAX_AGE_SECONDS}s`)
        .sign(secret)
      return `${COOKIE}=${token}; Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly; Secure; SameSite=Lax`
    },
    /** The `set-cookie` that signs out. */
    end: (): string => `${COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax`,
    /** Who the cookie says is asking. */
    authenticate: async (request: Request): Promise<{ userId: string } | undefined> => {
      const token = cookieOf(request.headers.get('cookie') ?? '')
      if (token === undefined) return undefined
      try {
        const { payload } = await jwtVerify(token, secret, {
          // The secret may sign other things: they are no sessions.
          audience: AUDIENCE,
          algorithms: ['HS256'],
          requiredClaims: ['sub', 'exp'],
        })
        return payload.sub ? { userId: payload.sub } : undefined
      } catch {
        return undefined
      }
    },
  }
}

function cookieOf(header: string): string | undefined {
  const pairs = header.split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1)
}
