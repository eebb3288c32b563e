export interface BatchLimits {
  maxBatchTexts: number
  maxBatchTokens: number
  maxTextTokens: number
}

// No tokenizer is loaded for this. Three bytes a token is more than a text in English has, and about right for others.
const BYTES_A_TOKEN = 3

/** Texts in their order, a request's worth at a time. Too long ones are cut between characters; empty ones are a space. */
export function* cutToBatches(texts: readonly string[], limits: BatchLimits): Generator<string[]> {
  let batch: string[] = []
  let tokens = 0
  for (const text of texts) {
    // Services refuse an empty text, and with it the whole request.
    const cut = text.trim() === '' ? ' ' : cutText(text, limits.maxTextTokens * BYTES_A_TOKEN)
    const more = Math.ceil(Buffer.byteLength(cut) / BYTES_A_TOKEN)
    if (
      batch.length > 0 &&
      (batch.length === limits.maxBatchTexts || tokens + more > limits.maxBatchTokens)
    ) {
      yield batch
      batch = []
      tokens = 0
    }
    batch.push(cut)
    tokens += more
  }
  if (batch.length > 0) yield batch
}

function cutText(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text.toWellFormed())
  if (bytes.length <= maxBytes) return text.toWellFormed()
  let end = maxBytes
  // A byte 10xxxxxx goes on with a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end)
}
