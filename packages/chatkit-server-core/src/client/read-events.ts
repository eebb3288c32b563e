import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { ThreadStreamEvent } from '../protocol/events.ts'

/** An event of a stream, with its SSE id (`run_id:seq`): where a resume goes on behind it. */
export interface StreamedEvent {
  id: string | undefined
  event: ThreadStreamEvent
}

/**
 * The events of a stream's body, as they come. Rejects when the body breaks off; an event that was not whole is not
 * given. Leaving the loop lets the connection go.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamedEvent, void, undefined> {
  const text = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>
  const reader = body.pipeThrough(text).pipeThrough(new EventSourceParserStream()).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield { id: value.id, event: JSON.parse(value.data) as ThreadStreamEvent }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
