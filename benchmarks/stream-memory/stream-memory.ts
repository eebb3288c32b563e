import { measureIdleReaders } from './measure-idle-readers.ts'
import { measureParse } from './measure-parse.ts'
import { measureStreams } from './measure-streams.ts'

/**
 * What streaming costs without a database: the whole server with the memory store, against a plain `node:http` loop
 * that writes the same bytes, in processes of their own.
 */
export async function streamMemory(): Promise<Record<string, number>> {
  console.log(`Node ${process.version}, no flags; CPU is that of the server process.`)
  const { chatkit, plain } = await measureStreams()
  for (const pacing of ['coalesced', 'single'] as const) {
    console.log(
      `${pacing}: ${thousands(chatkit[pacing])} events per CPU-second, plain node:http ${thousands(plain[pacing])}`,
    )
  }
  const parseUs = measureParse()
  console.log(
    'idle readers: --max-semi-space-size=1, resident memory after a collection, 10,000 connections.',
  )
  const idle = await measureIdleReaders('chatkit')
  const idlePlain = await measureIdleReaders('plain')
  console.log(
    `idle reader: ${kb(idle.rssKb)} resident (${kb(idle.heapKb)} of it heap), plain node:http ${kb(idlePlain.rssKb)} (${kb(idlePlain.heapKb)})`,
  )
  return {
    share_of_node_http_coalesced: round(chatkit.coalesced / plain.coalesced, 3),
    share_of_node_http_single: round(chatkit.single / plain.single, 3),
    events_per_cpu_s_coalesced: Math.round(chatkit.coalesced),
    events_per_cpu_s_single: Math.round(chatkit.single),
    node_http_events_per_cpu_s_coalesced: Math.round(plain.coalesced),
    node_http_events_per_cpu_s: Math.round(plain.single),
    parse_us: round(parseUs, 1),
    idle_reader_kb: round(idle.rssKb, 1),
    node_http_idle_connection_kb: round(idlePlain.rssKb, 1),
  }
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits))
const thousands = (value: number): string => Math.round(value).toLocaleString('en')
const kb = (value: number): string => `${value.toFixed(1)} KB`
