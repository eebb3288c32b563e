import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { deltaEvent, parseOrder } from './answer-events.ts'

interface Body {
  params: { input: { content: { text: string }[] } }
}

/**
 * What `node:http` can do at best: the same events as the same SSE bytes, written in a plain loop that stores
 * nothing, checks nothing and knows no other reader.
 */
export async function plainListener(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = (await json(incoming)) as Body
  const { pacing, deltas, perWrite } = parseOrder(body.params.input.content[0]?.text ?? '')
  outgoing.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  outgoing.flushHeaders()
  if (pacing === 'idle') {
    outgoing.write(frame(0))
    return
  }
  for (let index = 0; index < deltas;) {
    let text = ''
    const until = Math.min(deltas, index + (pacing === 'single' ? 1 : perWrite))
    for (; index < until; index++) text += frame(index)
    if (!outgoing.write(text)) await once(outgoing, 'drain')
    if (pacing === 'single') await setImmediate()
  }
  outgoing.end()
}

const RUN = 'run_0000000000000000000000000000'
const ITEM = 'msg_0000000000000000000000000000'
const frame = (index: number): string =>
  `id: ${RUN}:${index + 1}\ndata: ${JSON.stringify(deltaEvent(ITEM, index))}\n\n`
