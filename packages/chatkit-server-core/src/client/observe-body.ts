import { createParser } from 'eventsource-parser'
import type { ThreadStreamEvent } from '../protocol/events.ts'

export interface BodyObserver {
  onEvent: (event: ThreadStreamEvent) => void
  /** The body came to its end. */
  onEnd: () => void
  /** The body broke off. */
  onCut: () => void
  /** Its reader wants no more of it. */
  onLeave: (reason: unknown) => void
}

export interface ObservedBody {
  body: ReadableStream<Uint8Array>
  /** Ends the body for its reader, as an abort does. */
  fail: (reason: unknown) => void
}

/** The same bytes, never read ahead of their reader; the observer is told of what the reader was given. */
export function observeBody(source: ReadableStream<Uint8Array>, observer: BodyObserver): ObservedBody {
  const reader = source.getReader()
  const decoder = new TextDecoder()
  const parser = createParser({
    onEvent: ({ data }) => {
      const event = parse(data)
      if (event) observer.onEvent(event)
    },
  })
  let isOver = false
  let fail = (_reason: unknown): void => {}

  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      const { done, value } = await reader.read()
      if (isOver) return
      if (!done) {
        controller.enqueue(value)
        parser.feed(decoder.decode(value, { stream: true }))
        return
      }
      observer.onEnd()
      controller.close()
    } catch (error) {
      if (isOver) return
      observer.onCut()
      controller.error(error)
    }
  }
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        fail = (reason) => {
          isOver = true
          controller.error(reason)
        }
      },
      pull,
      cancel: (reason) => {
        isOver = true
        observer.onLeave(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return { body, fail: (reason) => fail(reason) }
}

// Whoever reads the stream complains about what is no event; here it only tells nothing.
function parse(data: string): ThreadStreamEvent | undefined {
  try {
    return JSON.parse(data) as ThreadStreamEvent
  } catch {
    return undefined
  }
}
