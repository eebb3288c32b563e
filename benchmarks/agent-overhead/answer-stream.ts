type Json = Record<string, unknown>

const response = { id: 'resp_1', object: 'response', created_at: 1767225600, model: 'test-model', tools: [] }
const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }
const message = { id: 'msg_1', type: 'message', role: 'assistant' }
const TOKEN = 'derivative '

/** The raw events of an answer of so many words, as the Responses API streams them. */
export function answerEvents(words: number): Json[] {
  const text = TOKEN.repeat(words)
  const part = { type: 'output_text', text, annotations: [], logprobs: [] }
  const done = { ...message, status: 'completed', content: [part] }
  const usage = { input_tokens: 10, output_tokens: words, total_tokens: words + 10 }
  const deltas = Array.from({ length: words }, () => ({
    type: 'response.output_text.delta',
    ...place,
    delta: TOKEN,
    logprobs: [],
  }))
  return [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    { type: 'response.output_item.added', output_index: 0, item: { ...message, content: [] } },
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
    ...deltas,
    { type: 'response.output_text.done', ...place, text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part },
    { type: 'response.output_item.done', output_index: 0, item: done },
    { type: 'response.completed', response: { ...response, status: 'completed', output: [done], usage } },
  ].map((event, index) => ({ sequence_number: index, ...event }))
}

const encoder = new TextEncoder()

const toSse = (events: readonly Json[]): Uint8Array =>
  encoder.encode(
    events.map((event) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
  )

/** The events in pieces of so many, as the network brings them, with a pause before each. */
export function answerBody(
  events: readonly Json[],
  { eventsPerChunk, pauseMs }: { eventsPerChunk: number; pauseMs: number },
): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (pauseMs > 0) {
        await new Promise((resolve) => {
          setTimeout(resolve, pauseMs)
        })
      }
      controller.enqueue(toSse(events.slice(at, at + eventsPerChunk)))
      at += eventsPerChunk
      if (at >= events.length) controller.close()
    },
  })
}
