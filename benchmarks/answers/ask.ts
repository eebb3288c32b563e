import { connect } from 'node:net'

export interface Request {
  port: number
  body: string
  owner: string
}

/**
 * Sends a request on a connection of its own, as cheaply as it can, and hands on the bytes of the answer as they
 * come. `onSent` is called when it leaves, the connection being there. Resolves when the server has ended it.
 */
export function ask(
  { port, body, owner }: Request,
  onData: (part: Buffer) => void,
  onSent: () => void = () => {},
): Promise<void> {
  const head = [
    'POST /chatkit HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `authorization: ${owner}`,
    'x-chatkit-client: stop',
    'connection: close',
  ]
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      onSent()
      socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
    })
    socket.on('data', onData)
    socket.on('error', reject)
    socket.on('close', () => resolve())
  })
}
