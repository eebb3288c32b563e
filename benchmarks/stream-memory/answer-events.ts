/** How an answer comes: as fast as it is taken, or one event at a time. */
export type Pacing = 'coalesced' | 'single'

export interface Order {
  pacing: Pacing | 'idle'
  deltas: number
  /** How many events the hand-written loop puts into one write. */
  perWrite: number
}

/** What a client of the benchmark asks for, as the text of its message. */
export const orderText = ({ pacing, deltas, perWrite }: Order): string => `${pacing} ${deltas} ${perWrite}`

export function parseOrder(text: string): Order {
  const [pacing = '', deltas, perWrite] = text.split(' ')
  return { pacing: pacing as Order['pacing'], deltas: Number(deltas), perWrite: Number(perWrite) }
}

/** One token of an answer, the event that streams consist of. */
export const deltaEvent = (itemId: string, index: number) => ({
  type: 'thread.item.updated' as const,
  item_id: itemId,
  update: {
    type: 'assistant_message.content_part.text_delta' as const,
    content_index: 0,
    delta: WORDS[index % WORDS.length] ?? '',
  },
})

const WORDS = 'a token is a word or a part of one and comes about fifty times a second '.split(/(?<= )/)
