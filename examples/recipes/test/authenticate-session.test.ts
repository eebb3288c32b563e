import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createSessions } from '../authenticate-session.ts'
import { ask, endpointOf } from './chat.ts'

const secret = new Uint8Array(32).fill(7)
const sessions = createSessions(secret)

const cookieOf = (setCookie: string): string => setCookie.split(';')[0] ?? ''
const signed = (token: string): Record<string, string> => ({ cookie: `__Host-session=${token}` })
const jwt = (alg = 'HS256') =>
  new SignJWT().setProtectedHeader({ alg }).setSubject('ada').setAudience('session').setExpirationTime('1h')

describe('a session', () => {
  it('says who is asking, among other cookies too', async () => {
    const { handler, owners } = endpointOf(sessions.authenticate)
    const cookie = cookieOf(await sessions.open('ada'))
    expect(await ask(handler, { cookie: `a=b; ${cookie}; session=x` })).toEqual([200, undefined])
    expect(owners).toEqual(['ada'])
  })

  it('is kept where no script and no other site can use it', async () => {
    const attributes = ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']
    for (const setCookie of [await sessions.open('ada'), sessions.end()]) {
      expect(setCookie.split('; ')).toEqual(expect.arrayContaining(attributes))
    }
    expect(sessions.end()).toContain('Max-Age=0')
  })

  it.each<[string, () => Promise<string> | string]>([
    ['of another secret', () => jwt().sign(new Uint8Array(32).fill(8))],
    ['of another purpose', () => jwt().setAudience('password-reset').sign(secret)],
    ['that has expired', () => jwt().setExpirationTime('-1m').sign(secret)],
    [
      'that never expires',
      () => new SignJWT({ sub: 'ada', aud: 'session' }).setProtectedHeader({ alg: 'HS256' }).sign(secret),
    ],
    ['of another algorithm', () => jwt('HS512').sign(new Uint8Array(64).fill(7))],
    [
      'of another algorithm and the same secret',
      () =>
        new SignJWT({ sub: 'ada', aud: 'session', exp: 9_999_999_999 })
          .setProtectedHeader({ alg: 'HS384' })
          .sign(new Uint8Array(48).fill(7)),
    ],
    [
      'that is not signed',
      () => new UnsecuredJWT().setSubject('ada').setAudience('session').setExpirationTime('1h').encode(),
    ],
    ['that is none', () => 'ada'],
    ['that is empty', () => ''],
  ])('%s is refused', async (_which, make) => {
    const { handler, owners, errors } = endpointOf(sessions.authenticate)
    expect(await ask(handler, signed(await make()))).toEqual([401, 'unauthenticated'])
    expect([owners, errors]).toEqual([[], []])
  })

  it('that is missing is refused', async () => {
    expect(await ask(endpointOf(sessions.authenticate).handler, {})).toEqual([401, 'unauthenticated'])
  })

  it('needs a secret that nobody can guess', () => {
    expect(() => createSessions(new TextEncoder().encode('secret'))).toThrow('32 random bytes')
  })
})
