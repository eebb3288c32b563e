import { inflateSync } from 'node:zlib'
import { LimitError } from '../parse-limits.ts'

/** What all compressed parts of a file may come to, images apart. */
const MAX_INFLATED_BYTES = 128 * 1024 * 1024
/** A dictionary that stands before a stream is looked for within this. */
const DICTIONARY_BYTES = 2_048

/**
 * Throws for a file whose compressed parts would fill the memory. The parser inflates them into buffers that no limit
 * of a thread's heap counts. What this cannot read (encrypted parts, other compressions) is left to the parser.
 */
export function checkInflatedSize(bytes: Uint8Array): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let left = MAX_INFLATED_BYTES
  for (let at = file.indexOf('stream'); at >= 0; at = file.indexOf('stream', at + 6)) {
    const dictionary = file.toString('latin1', Math.max(0, at - DICTIONARY_BYTES), at)
    const own = dictionary.slice(dictionary.lastIndexOf(' obj'))
    const times = own.match(/\/(?:FlateDecode|Fl)\b/g)?.length ?? 0
    if (times === 0 || /\/Subtype\s*\/Image\b/.test(own)) continue
    let start = at + 'stream'.length
    while (file[start] === 0x0d || file[start] === 0x0a) start += 1
    left -= inflatedSize(file.subarray(start), times, left)
  }
}

function inflatedSize(compressed: Buffer, times: number, left: number): number {
  let size = 0
  let data = compressed
  try {
    for (let round = 0; round < times; round++) {
      data = inflateSync(data, { maxOutputLength: left })
      size = Math.max(size, data.length)
    }
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new LimitError(`its compressed parts inflate to more than ${MAX_INFLATED_BYTES / 1024 / 1024} MB`)
  }
  return size
}
