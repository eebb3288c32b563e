import { jwtVerify, SignJWT } from 'jose'
import { findLearner, type Learner } from './learners.ts'

const COOKIE = 'session'
const DAYS = 30
const SECONDS = DAYS * 24 * 60 * 60

/** Signed cookies that say who is signed in. */
export interface Sessions {
  /** The `set-cookie` value of a new session. */
  open: (learner: Learner, secure: boolean) => Promise<string>
  /** The `set-cookie` value that ends a session. */
  end: (secure: boolean) => string
  /** Who the request's cookie says is asking; undefined without a cookie that was signed here and still holds. */
  read: (headers: Headers) => Promise<Learner | undefined>
}

export function createSessions(secret: Uint8Array): Sessions {
  return {
    open: async (learner, secure) => {
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(learner.id)
        .setJti(crypto.randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${DAYS}d`)
        .sign(secret)
      return cookie(token, SECONDS, secure)
    },
    end: (secure) => cookie('', 0, secure),
    read: async (headers) => {
      const token = cookieValue(headers.get('cookie') ?? '')
      if (token === undefined) return undefined
      try {
        // The algorithm is pinned: the token must not choose how it is checked.
        const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'] })
        return findLearner(payload.sub)
      } catch {
        return undefined
      }
    },
  }
}

const cookie = (value: string, maxAgeSeconds: number, secure: boolean): string =>
  `${COOKIE}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

const cookieValue = (header: string): string | undefined =>
  header
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1)
