import { createHmac, timingSafeEqual } from 'node:crypto'
import { UploadRefusal } from './upload-refusal.ts'

/** What a URL allows: one method on one attachment of one size, for a time. */
export interface Grant {
  method: 'GET' | 'PUT'
  id: string
  /** In bytes. */
  size: number
}

export interface UrlSignerOptions {
  /** Where the handler is reached, without a slash at the end. */
  publicUrl: string
  secret: string
  now: () => Date
}

/** Makes URLs that prove by themselves what they allow, and checks those that come back. */
export class UrlSigner {
  readonly #options: UrlSignerOptions

  constructor(options: UrlSignerOptions) {
    this.#options = options
  }

  sign(grant: Grant, ttlSeconds: number): string {
    const expires = Math.floor(this.#options.now().getTime() / 1000) + ttlSeconds
    const query = new URLSearchParams({
      size: String(grant.size),
      expires: String(expires),
      signature: this.#signature(grant, expires),
    })
    return `${this.#options.publicUrl}/${grant.id}?${query.toString()}`
  }

  /**
   * Throws an `UploadRefusal`: `url_forged` where anything was changed, `url_expired` where only time has passed.
   * Else gives for how many seconds the URL is good.
   */
  check({ method, id }: Pick<Grant, 'method' | 'id'>, query: URLSearchParams): number {
    const [size, expires] = [Number(query.get('size')), Number(query.get('expires'))]
    const given = Buffer.from(query.get('signature') ?? '')
    const wanted = Buffer.from(this.#signature({ method, id, size }, expires))
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw new UploadRefusal('url_forged', { key: 'url_forged' })
    }
    const seconds = expires - Math.floor(this.#options.now().getTime() / 1000)
    if (seconds <= 0) {
      throw new UploadRefusal('url_expired', { key: 'url_expired' })
    }
    return seconds
  }

  #signature({ method, id, size }: Grant, expires: number): string {
    const text = [method, id, size, expires].join('\n')
    return createHmac('sha256', this.#options.secret).update(text).digest('base64url')
  }
}
