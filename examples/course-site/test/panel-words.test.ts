import { describe, expect, it } from 'vitest'
import { ChatKitRequestError } from '@robolearn/chatkit-server-core/client'
import { toFailure } from '../panel/failure.ts'
import { formatWhen } from '../panel/history/format-when.ts'
import { cutQuote } from '../panel/selection/cut-quote.ts'

describe('a quote', () => {
  it('has no blank lines and no spaces around its lines', () => {
    expect(cutQuote('  One\t two \r\n\n  \n three\u00A0four ')).toBe('One two\nthree four')
  })

  it('stays whole up to 2,000 characters', () => {
    const text = 'x'.repeat(2_000)
    expect(cutQuote(text)).toBe(text)
  })

  it('is cut behind a word, with a sign', () => {
    expect(cutQuote('word '.repeat(500))).toBe(`${'word '.repeat(400).trim()} […]`)
  })

  it('is cut between characters where there are no words', () => {
    expect(cutQuote(`x${'🤖'.repeat(1_500)}`)).toBe(`x${'🤖'.repeat(999)} […]`)
  })
})

describe('when a conversation began', () => {
  const now = new Date(2026, 4, 3, 18, 0)

  it.each([
    [new Date(2026, 4, 3, 9, 5), 'Today, 09:05'],
    [new Date(2026, 4, 2, 23, 59), '2 May, 23:59'],
    [new Date(2025, 11, 31, 12, 0), '31 Dec 2025'],
  ])('%s is said as %s', (when, words) => {
    expect(formatWhen(when, now)).toBe(words)
  })
})

describe('too many questions', () => {
  it.each([
    [undefined, 'in a moment.'],
    [0.2, 'in 1 second.'],
    [30, 'in 30 seconds.'],
    [91, 'in 2 minutes.'],
  ])('with %s seconds to wait can go on %s', (retryAfterSeconds, words) => {
    const fields = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
    const error = new ChatKitRequestError('no', { status: 429, code: 'rate_limited', ...fields })
    expect(toFailure(error)).toMatchObject({ text: expect.stringContaining(words), action: 'try-again' })
  })
})
