// Uploads as many bytes of "a" as it is told to a URL, no faster than they are taken, and exits with 0 on a 204.
import { request } from 'node:http'
import { Readable } from 'node:stream'

const [url = '', size = '0'] = process.argv.slice(2)
const chunk = Buffer.alloc(65_536, 'a')

function* chunks(): Generator<Buffer> {
  for (let left = Number(size); left > 0; left -= chunk.length) yield chunk.subarray(0, left)
}

const upload = request(url, { method: 'PUT', headers: { 'content-length': size } }, (response) => {
  process.exit(response.statusCode === 204 ? 0 : 1)
})
Readable.from(chunks()).pipe(upload)
