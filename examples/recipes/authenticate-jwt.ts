import { ChatKitError } from '@robolearn/chatkit-server-core'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'

export interface JwtOptions {
  /** Where the issuer publishes its keys. From your settings, never from a token. */
  keySetUrl: string
  issuer: string
  /** What the issuer calls this application: a token for another one is none for this. */
  audience: string
}

/** Proves who is asking by a token in `authorization: Bearer …`, signed by one of the issuer's keys. */
export function authenticateByJwt({ keySetUrl, issuer, audience }: JwtOptions) {
  const keys = createRemoteJWKSet(new URL(keySetUrl))
  return async (request: Request): Promise<{ userId: string } | undefined> => {
    const [, token] = /^Bearer +([\w.-]+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
    if (token === undefined) return undefined
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        // What the issuer uses, and nothing symmetric: the token must not choose how it is checked.
        algorithms: ['RS256', 'ES256'],
        requiredClaims: ['sub', 'exp'],
      })
      return payload.sub ? { userId: payload.sub } : undefined
    } catch (cause) {
      if (cause instanceof errors.JOSEError && !OF_THE_KEY_SET.has(cause.code)) return undefined
      // The issuer is away: that says nothing about the token, and signs nobody out.
      throw new ChatKitError('unavailable', 'Sign-ins cannot be checked just now. Try again in a moment.', {
        cause,
      })
    }
  }
}

const OF_THE_KEY_SET: ReadonlySet<string> = new Set([
  'ERR_JOSE_GENERIC',
  'ERR_JWKS_INVALID',
  'ERR_JWKS_TIMEOUT',
])
