import { Agent, type StreamEvent, Runner } from '@openai/agents'
import {
  modelStream,
  modelStreamResponder,
  ScriptedModel,
  type ScriptedModelInput,
} from '@openai/agents/testing'
import {
  generateId,
  type ThreadStreamEvent,
  type Turn,
  type UserMessageItem,
} from '@robolearn/chatkit-server-core'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { streamAgentResponse } from '../src/index.ts'
import { answers, streamedText } from './ask.ts'
import { delta, deltaAt, done, message, started, streamed } from './model-events.ts'

async function open(script: ScriptedModelInput[]) {
  const model = new ScriptedModel(script)
  const stop = new AbortController()
  const result = await new Runner({ tracingDisabled: true }).run(
    new Agent({ name: 'Tutor', model }),
    'Hello',
    {
      stream: true,
    },
  )
  const thread = { id: 'thr_1', created_at: '', status: { type: 'active' as const }, metadata: {} }
  const userMessage = { type: 'user_message' } as UserMessageItem
  const store = {} as Turn<unknown>['store']
  const turn = { thread, userMessage, store, signal: stop.signal, generateId, now: () => new Date(0) }
  return { stop, model, result, events: streamAgentResponse(turn, result) }
}

async function collect(events: AsyncIterable<ThreadStreamEvent>): Promise<ThreadStreamEvent[]> {
  const collected: ThreadStreamEvent[] = []
  for await (const event of events) collected.push(event)
  return collected
}

const eventsOf = async (...events: StreamEvent[]): Promise<ThreadStreamEvent[]> =>
  collect((await open([modelStream(events)])).events)

describe('the events of an agent', () => {
  it.each(['at once', 'with pauses'])(
    'lose nothing to a slow reader when the model fails %s',
    async (how) => {
      const { events } = await open([
        modelStream(
          (async function* fail() {
            yield started()
            for (let i = 0; i < 400; i++) {
              if (how === 'with pauses' && i % 50 === 0) await setImmediate()
              yield delta(`${i} `)
            }
            throw new Error('lost')
          })(),
        ),
      ])
      const read: ThreadStreamEvent[] = []
      const reading = (async () => {
        for await (const event of events) {
          read.push(event)
          await setImmediate()
        }
      })()
      await expect(reading).rejects.toThrow('lost')
      expect(streamedText(read)).toBe(Array.from({ length: 400 }, (_, i) => `${i} `).join(''))
    },
  )

  it('are read from the run before anyone asks for them', async () => {
    const { result, events } = await open([streamed('Hello')])
    await result.completed
    expect(answers(await collect(events))).toEqual(['Hello'])
  })

  it('end when the signal fires, and the model is told', async () => {
    let aborted: Promise<void> | undefined
    const { stop, events } = await open([
      modelStreamResponder(async function* wait({ request: { signal } }) {
        aborted = new Promise((resolve) => signal?.addEventListener('abort', () => resolve()))
        yield started()
        yield delta('One')
        await aborted
      }),
    ])
    const read: string[] = []
    for await (const event of events) {
      read.push(event.type)
      if (read.length === 3) stop.abort()
    }
    expect(read).toEqual(['thread.item.added', 'thread.item.updated', 'thread.item.updated'])
    await aborted
  })

  it('end within a second of the signal where the model does not heed it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { stop, events } = await open([
      modelStreamResponder(async function* ignore() {
        yield started()
        yield delta('One')
        await new Promise(() => {})
      }),
    ])
    let ended = false
    const reading = (async () => {
      for await (const event of events) if (event.type === 'thread.item.added') stop.abort()
      ended = true
    })()
    await vi.advanceTimersByTimeAsync(999)
    expect(ended).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await reading
  })

  it('fail when the model breaks off as if it had been stopped', async () => {
    const { events } = await open([
      modelStream(
        (async function* breakOff() {
          yield started()
          yield delta('One')
          throw new DOMException('The socket was closed.', 'AbortError')
        })(),
      ),
    ])
    await expect(collect(events)).rejects.toThrow('broke off')
  })

  it('end at once when the signal fired before', async () => {
    const { stop, events } = await open([streamed('Hello')])
    stop.abort()
    expect(streamedText(await collect(events))).toBe('')
  })

  it('abort the run when their reader leaves', async () => {
    let aborted = false
    const { events } = await open([
      modelStreamResponder(async function* wait({ request: { signal } }) {
        yield started()
        yield delta('One')
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
        aborted = true
      }),
    ])
    for await (const event of events) if (event.type === 'thread.item.updated') break
    expect(aborted).toBe(true)
  })

  it('keep messages and parts apart by their place, with indices without gaps', async () => {
    const events = await eventsOf(
      started(),
      deltaAt(1, 0, 'First'),
      deltaAt(1, 2, 'Second'),
      deltaAt(3, 0, 'Third'),
      done([message('First', 'Second'), message('Third')]),
    )
    const items = events.flatMap((event) => (event.type === 'thread.item.done' ? [event.item] : []))
    expect(items).toMatchObject([
      { content: [{ text: 'First' }, { text: 'Second' }] },
      { content: [{ text: 'Third' }] },
    ])
    expect(new Set(items.map(({ id }) => id)).size).toBe(2)
  })

  it('take what the response says as a whole where it differs from what was streamed', async () => {
    const events = await eventsOf(started(), delta('Helo'), done([message('Hello there', 'and more')]))
    const last = events.at(-1)
    expect(last).toMatchObject({ item: { content: [{ text: 'Hello there' }, { text: 'and more' }] } })
  })

  it('keep what was streamed in one piece where the response counts it as several', async () => {
    const events = await eventsOf(
      started(),
      delta('Hello '),
      delta('there'),
      done([message('Hello ', 'there')]),
    )
    expect(events.at(-1)).toMatchObject({ item: { content: [{ text: 'Hello there' }] } })
  })

  it('carry half a character over to the next delta and replace what is no text', async () => {
    const events = await eventsOf(
      started(),
      delta('a\uD83E'),
      delta('\uDD16 \uDD16\0'),
      done([message('a🤖 \uDD16\0')]),
    )
    const deltas = events.flatMap((event) =>
      event.type === 'thread.item.updated' && 'delta' in event.update ? [event.update.delta] : [],
    )
    expect(deltas).toEqual(['a', '🤖 \uFFFD\uFFFD'])
    expect(answers(events)).toEqual(['a🤖 \uFFFD\uFFFD'])
  })

  it('have no message for a response without words', async () => {
    expect(await eventsOf(started(), delta(''), done([message('')]))).toEqual([])
  })
})
