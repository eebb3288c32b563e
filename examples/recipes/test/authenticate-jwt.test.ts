import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import {
  exportJWK,
  exportPKCS8,
  exportSPKI,
  generateKeyPair,
  importPKCS8,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWTPayload,
} from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authenticateByJwt } from '../authenticate-jwt.ts'
import { ask, endpointOf } from './chat.ts'

const ISSUER = 'https://login.example/'
const AUDIENCE = 'learn'

let issuer: Server
let keySetUrl: string
let rsa: { privateKey: CryptoKey; publicKey: CryptoKey }
let elliptic: typeof rsa
beforeAll(async () => {
  rsa = await generateKeyPair('RS256', { extractable: true })
  elliptic = await generateKeyPair('ES256')
  const keys = [
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' },
    { ...(await exportJWK(elliptic.publicKey)), kid: 'elliptic' },
    // A key set may hold more than is meant for this: it must not be used.
    { kty: 'oct', k: Buffer.from('a shared secret of 32 characters').toString('base64url'), kid: 'shared' },
  ]
  issuer = createServer((request, response) => {
    if (request.url !== '/keys') response.writeHead(500).end()
    else response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  })
  issuer.listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  const address = issuer.address()
  keySetUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/keys`
})
afterAll(() => {
  issuer.closeAllConnections()
  issuer.close()
})

const open = (url = keySetUrl) =>
  endpointOf(authenticateByJwt({ keySetUrl: url, issuer: ISSUER, audience: AUDIENCE }))

const CLAIMS = { sub: 'ada', iss: ISSUER, aud: AUDIENCE }
const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600

function sign(
  claims: JWTPayload,
  {
    alg = 'RS256',
    kid = 'rsa',
    key = rsa.privateKey,
  }: { alg?: string; kid?: string; key?: CryptoKey | Uint8Array } = {},
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key)
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

describe('a token', () => {
  it('of the issuer says who is asking, with either of its keys', async () => {
    const { handler, owners } = open()
    const exp = inAnHour()
    expect(await ask(handler, bearer(await sign({ ...CLAIMS, exp })))).toEqual([200, undefined])
    const other = await sign(
      { ...CLAIMS, sub: 'grace', exp },
      { alg: 'ES256', kid: 'elliptic', key: elliptic.privateKey },
    )
    expect(await ask(handler, bearer(other))).toEqual([200, undefined])
    expect(owners).toEqual(['ada', 'grace'])
  })

  it.each<[string, () => Promise<string> | string]>([
    ['that is for another application', () => sign({ ...CLAIMS, aud: 'another', exp: inAnHour() })],
    ['of another issuer', () => sign({ ...CLAIMS, iss: 'https://evil.example/', exp: inAnHour() })],
    ['that has expired', () => sign({ ...CLAIMS, exp: inAnHour() - 7200 })],
    ['that never expires', () => sign(CLAIMS)],
    ['that is not good yet', () => sign({ ...CLAIMS, exp: inAnHour(), nbf: inAnHour() - 60 })],
    ['of nobody', () => sign({ iss: ISSUER, aud: AUDIENCE, exp: inAnHour() })],
    ['of somebody without a name', () => sign({ ...CLAIMS, sub: '', exp: inAnHour() })],
    [
      'that was signed by another key under the name of a known one',
      async () => sign({ ...CLAIMS, exp: inAnHour() }, { key: (await generateKeyPair('RS256')).privateKey }),
    ],
    [
      'that was signed by an unknown key',
      async () =>
        sign(
          { ...CLAIMS, exp: inAnHour() },
          { kid: 'new', key: (await generateKeyPair('RS256')).privateKey },
        ),
    ],
    ['that is not signed', () => new UnsecuredJWT({ ...CLAIMS, exp: inAnHour() }).encode()],
    [
      'whose signature takes the public key for a shared secret',
      async () => {
        const key = new TextEncoder().encode(await exportSPKI(rsa.publicKey))
        return sign({ ...CLAIMS, exp: inAnHour() }, { alg: 'HS256', key })
      },
    ],
    [
      'that is signed with a secret of the key set',
      () => {
        const key = new TextEncoder().encode('a shared secret of 32 characters')
        return sign({ ...CLAIMS, exp: inAnHour() }, { alg: 'HS256', kid: 'shared', key })
      },
    ],
    [
      'that chooses another algorithm',
      async () => {
        const key = await importPKCS8(await exportPKCS8(rsa.privateKey), 'PS256')
        return sign({ ...CLAIMS, exp: inAnHour() }, { alg: 'PS256', key })
      },
    ],
    ['that is none', () => 'a.b.c'],
    [
      'that was changed',
      async () => {
        const [head, , signature] = (await sign({ ...CLAIMS, exp: inAnHour() })).split('.')
        const claims = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'grace', exp: inAnHour() }))
        return `${head}.${claims.toString('base64url')}.${signature}`
      },
    ],
  ])('%s is refused', async (_which, make) => {
    const { handler, owners, errors } = open()
    expect(await ask(handler, bearer(await make()))).toEqual([401, 'unauthenticated'])
    expect([owners, errors]).toEqual([[], []])
  })

  it('that is missing, or is no Bearer, is refused', async () => {
    const { handler } = open()
    expect(await ask(handler, {})).toEqual([401, 'unauthenticated'])
    const authorization = `Basic ${await sign({ ...CLAIMS, exp: inAnHour() })}`
    expect(await ask(handler, { authorization })).toEqual([401, 'unauthenticated'])
  })
})

it('signs nobody out while the keys cannot be had', async () => {
  const token = await sign({ ...CLAIMS, exp: inAnHour() })
  const broken = open(keySetUrl.replace('/keys', '/broken'))
  expect(await ask(broken.handler, bearer(token))).toEqual([503, 'unavailable'])
  const away = open('http://127.0.0.1:1/keys')
  expect(await ask(away.handler, bearer(token))).toEqual([503, 'unavailable'])
})
