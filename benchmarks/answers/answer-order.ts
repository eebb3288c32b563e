/** What a client of a benchmark asks for, as the text of its message. */
export interface AnswerOrder {
  deltas: number
  /** How fast the model is; without it, as fast as the server takes its words. */
  perSecond?: number
  /** The same words each time, or the time at which each was given (`nowUs()`). */
  text: 'words' | 'times'
}

export const orderText = (order: AnswerOrder): string => JSON.stringify(order)

export const parseOrder = (text: string): AnswerOrder => JSON.parse(text) as AnswerOrder

const WORDS = 'a token is a word or a part of one and comes about fifty times a second '.split(/(?<= )/)

export const wordAt = (index: number): string => WORDS[index % WORDS.length] ?? ''

/** Microseconds on a clock that all processes of the machine share. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1000n)
