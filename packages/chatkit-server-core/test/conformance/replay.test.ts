import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { firstDifference } from './first-difference.ts'
import { parseRecording } from './recording.ts'
import { replayEverywhere } from './replay-everywhere.ts'
import { STORES } from './stores.ts'

type Json = Record<string, unknown>
interface Step extends Json {
  request: Json
  events: Json[]
  json: Json
  calls: Json[]
  stored: { thread: Json; items: Json[] }
}

/** A recording with something changed. */
function mutated(name: string, change: (steps: Step[], whole: Json) => void): string {
  const url = new URL(`../fixtures/conformance/${name}.json`, import.meta.url)
  const recording = JSON.parse(readFileSync(url, 'utf8')) as Json
  change(recording.steps as Step[], recording)
  return JSON.stringify(recording)
}

const at = <T>(list: readonly T[], index: number): T => {
  const found = list.at(index)
  if (found === undefined) throw new Error(`nothing at ${index}`)
  return found
}

const first = (steps: Step[]): Step => at(steps, 0)
const NAME = 'create-thread-streams-answer'

const MUTATIONS: [what: string, name: string, change: (steps: Step[], whole: Json) => void, path: RegExp][] =
  [
    ['an event is missing', NAME, (steps) => first(steps).events.splice(4, 1), /steps\[0\]\.events\[4\]/],
    [
      'an event more is recorded',
      NAME,
      (steps) => first(steps).events.push({ type: 'progress_update', text: 'x' }),
      /steps\[0\]\.events\[10\]: expected .*progress_update.*, got nothing more/,
    ],
    [
      'two events have changed places',
      NAME,
      (steps) => first(steps).events.splice(5, 2, ...first(steps).events.slice(5, 7).toReversed()),
      /steps\[0\]\.events\[5\]\.update\.delta: expected "lo ", got "Hel"/,
    ],
    [
      'a key is missing',
      NAME,
      (steps) => delete at(first(steps).events, 1).item,
      /events\[1\]\.item: expected no such key/,
    ],
    [
      'a key more is recorded',
      NAME,
      (steps) => Object.assign(at(first(steps).events, 2), { extra: 1 }),
      /events\[2\]\.extra: expected 1, got no such key/,
    ],
    [
      'null is recorded where there is no key',
      NAME,
      (steps) => Object.assign(at(first(steps).events, 0).thread as Json, { title: null }),
      /events\[0\]\.thread\.title: expected null, got no such key/,
    ],
    [
      'a number is recorded as text',
      'client-tool-round-trip',
      (steps) => Object.assign(at(steps, 1).request.params as Json, { result: { nodes: [1, '2'] } }),
      /steps\[1\]\.stored\.items\[1\]\.output\.nodes\[1\]: expected 2, got "2"/,
    ],
    [
      'a time is written out',
      NAME,
      (steps) => Object.assign(at(first(steps).stored.items, 0), { created_at: '2026-01-01T00:00:00.000Z' }),
      /stored\.items\[0\]\.created_at/,
    ],
    [
      'a plain reply has another value',
      'list-items-pages',
      (steps) => Object.assign(at(steps, 1).json, { has_more: false }),
      /steps\[1\]\.json\.has_more: expected false, got true/,
    ],
    [
      'a plain reply is recorded as a stream',
      'feedback',
      (steps) => {
        const step = at(steps, 1) as Json
        delete step.json
        step.events = []
      },
      /steps\[1\]\.events: expected \[\], got no such key/,
    ],
    [
      'an item is not stored',
      NAME,
      (steps) => first(steps).stored.items.pop(),
      /stored\.items\[1\]: expected nothing/,
    ],
    [
      'the order of what is stored differs',
      NAME,
      (steps) => first(steps).stored.items.push(...first(steps).stored.items.splice(0, 1)),
      /stored\.items\[0\]/,
    ],
    [
      'what is stored of a thread differs',
      'thread-changes-mid-stream',
      (steps) => Object.assign(first(steps).stored.thread, { metadata: {} }),
      /stored\.thread\.metadata\.k: expected no such key/,
    ],
    [
      'a thread that was deleted is recorded as stored',
      'update-and-delete-thread',
      (steps) => Object.assign(at(steps, 2), { stored: at(steps, 1).stored }),
      /steps\[2\]\.stored\.thread: expected .*, got null/,
    ],
    [
      'a hook is not called',
      NAME,
      (steps) => Object.assign(first(steps), { calls: [] }),
      /calls\[0\]: expected nothing/,
    ],
    [
      'a hook is called more than once',
      NAME,
      (steps) => first(steps).calls.push(at(first(steps).calls, 0)),
      /calls\[1\]: expected .*, got nothing more/,
    ],
    [
      'a hook is given something else',
      'transcribe',
      (steps) => Object.assign(at(first(steps).calls, 0), { media_type: 'audio/mp4' }),
      /calls\[0\]\.media_type: expected "audio\/mp4", got "audio\/webm"/,
    ],
    [
      'the script says something else',
      NAME,
      (_, whole) => Object.assign(whole, { script: { respond: [[{ fail: 'no words for this' }]] } }),
      /events\[3\]/,
    ],
    [
      'the script has no call that is made',
      NAME,
      (_, whole) => Object.assign(whole, { script: {} }),
      /events\[3\]/,
    ],
    [
      'a request is refused',
      'feedback',
      (steps) => Object.assign(at(steps, 1).request.params as Json, { thread_id: 'thr_9' }),
      /steps\[1\]: .*thr_9/,
    ],
    [
      'the stop comes later than the events',
      'stop-keeps-partial-text',
      (steps) => Object.assign(first(steps), { cancel_after_events: 5 }),
      /events\[5\]: expected .*, got nothing more/,
    ],
    [
      'the note of a stop is recorded as no text',
      'stop-drops-empty-answer',
      (steps) => Object.assign(at(first(steps).stored.items, 1), { content: 5 }),
      /stored\.items\[1\]\.content: expected 5, got "/,
    ],
  ]

describe('the replay tells when', () => {
  it.each(MUTATIONS)('%s', async (_what, name, change, path) => {
    const differences = await replayEverywhere(mutated(name, change), STORES)
    expect(differences).toHaveLength(4)
    for (const difference of differences) expect(difference).toMatch(path)
  })
})

describe('a script', () => {
  it('that would run on is stopped in lock step with its client', async () => {
    const text = mutated('stop-keeps-partial-text', (_, whole) => {
      const [operations] = (whole.script as { respond: Json[][] }).respond
      operations?.splice(-1, 1, { emit: at(operations, -2).emit }, { set_title: 'Too late' })
    })
    expect(await replayEverywhere(text, STORES)).toEqual([])
  })

  it('may fail with a code, set the metadata and refuse to be stopped', async () => {
    const text = mutated('transient-events', (steps, whole) => {
      const { events, stored } = first(steps)
      whole.script = {
        respond: [[{ set_metadata: { plan: 'free' } }, { fail_stream: { allow_retry: false } }]],
        allow_cancel: false,
      }
      const { thread } = at(events, 0) as { thread: Json }
      Object.assign(at(events, 2), { stream_options: { allow_cancel: false } })
      events.splice(
        3,
        3,
        { type: 'error', code: 'stream.error', allow_retry: false },
        { type: 'thread.updated', thread },
      )
      stored.thread.metadata = { plan: 'free' }
    })
    expect(await replayEverywhere(text, STORES)).toEqual([])
  })
})

describe('a recording', () => {
  const bad: [string, string, RegExp][] = [
    ['no JSON', '{', /it is not JSON/],
    ['of another kind', '{"kind":"input","items":[]}', /it is not a recording \(name: /],
    ['without steps', mutated(NAME, (_, whole) => (whole.steps = [])), /it is not a recording \(steps: /],
    [
      'with a step that says nothing',
      mutated(NAME, (steps) => delete (first(steps) as Json).events),
      /steps/,
    ],
    [
      'with an operation that is unknown',
      mutated(NAME, (_, whole) => (whole.script = { respond: [[{ explode: true }]] })),
      /it is not a recording \(script\.respond\.0\.0: /,
    ],
  ]
  it.each(bad)('is not read when it is %s', (_what, text, message) => {
    expect(() => parseRecording(text)).toThrow(message)
  })
})

describe('values differ', () => {
  it.each([
    [{ a: 1 }, { a: 1, b: undefined }, 'x.b: expected no such key, got undefined'],
    [{ a: null }, {}, 'x.a: expected null, got no such key'],
    [{ a: [] }, { a: {} }, 'x.a: expected [], got {}'],
    [[1, 2], [2, 1], 'x[0]: expected 1, got 2'],
    ['1', 1, 'x: expected "1", got 1'],
    [{ a: '<any text>' }, { a: null }, 'x.a: expected "<any text>", got null'],
  ])('%j and %j', (expected, got, difference) => {
    expect(firstDifference(expected, got, 'x')).toBe(difference)
  })

  it('not by the order of their keys, nor by wording that is free', () => {
    expect(firstDifference({ a: 1, b: '<any text>' }, { b: 'The user stopped.', a: 1 }, 'x')).toBe(undefined)
  })
})
