import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { ThreadStreamEvent } from '../protocol/events.ts'

export interface DecodedEvent {
  /** `run_id:seq`, with which `threads.resume` goes on behind it. */
  id: string | undefined
  event: ThreadStreamEvent
}

/** The events of a response of a handler. Throws where it is no stream of events; leaving the loop leaves the stream. */
export async function* decodeStream(response: Response): AsyncGenerator<DecodedEvent, void, undefined> {
  const type = response.headers.get('content-type') ?? ''
  if (!response.body || !type.startsWith('text/event-stream')) {
    throw new Error(
      `Not a stream of events, but a ${response.status} of type "${type}": read its body instead.`,
    )
  }
  const messages = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
  // The server wrote this JSON itself.
  for await (const { id, data } of messages) yield { id, event: JSON.parse(data) as ThreadStreamEvent }
}
