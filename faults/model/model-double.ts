import type { ThreadStreamEvent, Turn } from '@robolearn/chatkit-server-core'
import { createRandom } from '../random.ts'
import { nowNs, type CallNote, type NoteCall } from './call.ts'
import { structuredItem } from './structured-item.ts'
import { parseScript, type Script } from './script.ts'
import { tokens } from './words.ts'

type AnyTurn = Turn<{ owner: string }>

/** Answers as the message's text says. Every call of the model and of its tool is noted as it begins and ends. */
export async function* answer(turn: AnyTurn, note: NoteCall): AsyncGenerator<ThreadStreamEvent> {
  const [part] = turn.userMessage?.content ?? []
  const script = parseScript(part?.type === 'input_text' ? part.text : '')
  const call = beginCall('model', turn, note)
  try {
    for (const shape of script.before) yield* structuredItem(shape, turn, script, () => pause(turn, script))
    yield* message(turn, script, note)
  } finally {
    call.end()
  }
}

async function* message(turn: AnyTurn, script: Script, note: NoteCall): AsyncGenerator<ThreadStreamEvent> {
  const { tool } = script
  const item = {
    id: turn.generateId('msg'),
    thread_id: turn.thread.id,
    created_at: turn.now().toISOString(),
    type: 'assistant_message' as const,
    content: [],
  }
  yield { type: 'thread.item.added', item }
  const words = tokens(createRandom(script.seed))
  let text = ''
  const isForEver = script.mode === 'dripping' || script.mode === 'endless'
  for (let count = 0; isForEver || count < script.tokens; count++) {
    for (let times = 0; tool?.afterTokens === count && times < tool.times; times++) {
      yield { type: 'progress_update', text: `Asking the tool, ${times}` }
      if (isOver(turn, script)) return
      await callTool(turn, script, tool.takesMs, note)
    }
    const token = words.next().value
    text += token
    yield {
      type: 'thread.item.updated',
      item_id: item.id,
      update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: token },
    }
    if (script.mode !== 'burst' && script.mode !== 'endless') await pause(turn, script)
    if (isOver(turn, script)) return
  }
  if (script.mode === 'stuck') await untilSignal(turn, script)
  if (isOver(turn, script)) return
  if (script.mode === 'failing') throw new Error('The model has failed, as it was told to.')
  // A token that ends in half a character may have been the last one.
  const whole = { type: 'output_text' as const, text: text.toWellFormed(), annotations: [] }
  yield { type: 'thread.item.done', item: { ...item, content: [whole] } }
}

async function callTool(turn: AnyTurn, script: Script, takesMs: number, note: NoteCall): Promise<void> {
  const call = beginCall('tool', turn, note)
  try {
    await sleep(takesMs, script.ignoresSignal ? undefined : turn.signal)
  } finally {
    call.end()
  }
}

function beginCall(what: CallNote['what'], turn: AnyTurn, note: NoteCall): { end: () => void } {
  const callId = turn.generateId('tsk')
  const tell = (phase: CallNote['phase']): void =>
    note({
      kind: 'call',
      callId,
      what,
      phase,
      threadId: turn.thread.id,
      runId: turn.run.id,
      atNs: String(nowNs()),
    })
  const onAbort = (): void => tell('signalled')
  tell('begun')
  turn.signal.addEventListener('abort', onAbort)
  const end = (): void => {
    turn.signal.removeEventListener('abort', onAbort)
    tell('ended')
  }
  return { end }
}

const isOver = (turn: AnyTurn, script: Script): boolean => !script.ignoresSignal && turn.signal.aborted

const pause = (turn: AnyTurn, script: Script): Promise<void> =>
  sleep(script.everyMs, script.ignoresSignal ? undefined : turn.signal)

/** For ever where the signal is ignored. */
const untilSignal = (turn: AnyTurn, { ignoresSignal }: Script): Promise<void> =>
  new Promise((resolve) => {
    if (ignoresSignal) return
    if (turn.signal.aborted) resolve()
    turn.signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Resolves when the time is over or the signal fires. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve()
      return
    }
    const wake = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    // A server that has closed must be able to end: what its model would still do does not keep it.
    const timer = setTimeout(wake, ms).unref()
    signal?.addEventListener('abort', wake)
  })
}
