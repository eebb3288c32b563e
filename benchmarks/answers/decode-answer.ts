/** An event as it was sent. */
export interface SentEvent {
  runId: string
  seq: number
  json: string
}

/** The events of a whole response of HTTP/1.1 with its chunks. */
export function decodeAnswer(response: Buffer): SentEvent[] {
  const headEnd = response.indexOf('\r\n\r\n')
  const head = response.subarray(0, headEnd).toString('latin1')
  if (!head.startsWith('HTTP/1.1 200'))
    throw new Error(`A request was answered with ${response.subarray(0, 400).toString()}`)
  return withoutChunks(response, headEnd + 4)
    .split('\n\n')
    .filter((frame) => frame.startsWith('id: '))
    .map(toEvent)
}

function withoutChunks(response: Buffer, start: number): string {
  const parts: Buffer[] = []
  for (let at = start; ;) {
    const lineEnd = response.indexOf('\r\n', at)
    const size = Number.parseInt(response.subarray(at, lineEnd).toString('latin1'), 16)
    if (!(size >= 0)) throw new Error('An answer was cut off.')
    if (size === 0) return Buffer.concat(parts).toString()
    parts.push(response.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}

function toEvent(frame: string): SentEvent {
  const [, runId = '', seq, json = ''] = /^id: (.+):(\d+)\ndata: (.*)$/.exec(frame) ?? []
  return { runId, seq: Number(seq), json }
}
