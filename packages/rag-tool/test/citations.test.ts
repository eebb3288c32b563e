import { isDeepStrictEqual } from 'node:util'
import type {
  Annotation,
  AssistantContent,
  AssistantMessageItem,
  ItemUpdate,
  ThreadStreamEvent,
} from '@robolearn/chatkit-server-core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCitations, type Citations, type Passage } from '../src/index.ts'

const passage = (documentId: string): Passage => ({
  collection: 'default',
  documentId,
  title: documentId,
  headingPath: [],
  text: `Text of ${documentId}`,
  range: { start: 0, end: 8 + documentId.length },
  score: 1,
  metadata: {},
})

const source = (filename: string): Annotation['source'] => ({ type: 'file', title: filename, filename })
const cite = (filename: string, index: number): Annotation => ({
  type: 'annotation',
  source: source(filename),
  index,
})

/** Knows the passages a, b and c as 1, 2 and 3, and others up to 12. */
function citations(): Citations {
  const made = createCitations()
  made.register('abcdefghijkl'.split('').map(passage))
  return made
}

const message = (...content: AssistantContent[]): AssistantMessageItem => ({
  type: 'assistant_message',
  id: 'm',
  thread_id: 't',
  created_at: '2030-01-01T00:00:00Z',
  content,
})
const part = (text: string, annotations: Annotation[] = []): AssistantContent => ({
  type: 'output_text',
  text,
  annotations,
})
const update = (change: ItemUpdate, itemId = 'm'): ThreadStreamEvent => ({
  type: 'thread.item.updated',
  item_id: itemId,
  update: change,
})
const partAdded = (content = part(''), index = 0): ThreadStreamEvent =>
  update({ type: 'assistant_message.content_part.added', content_index: index, content })
const delta = (text: string, index = 0, itemId?: string): ThreadStreamEvent =>
  update({ type: 'assistant_message.content_part.text_delta', content_index: index, delta: text }, itemId)
const annotation = (at: number, given: Annotation): ThreadStreamEvent =>
  update({
    type: 'assistant_message.content_part.annotation_added',
    content_index: 0,
    annotation_index: at,
    annotation: given,
  })
const partDone = (content: AssistantContent, index = 0): ThreadStreamEvent =>
  update({ type: 'assistant_message.content_part.done', content_index: index, content })
const added: ThreadStreamEvent = { type: 'thread.item.added', item: message() }
const done = (...content: AssistantContent[]): ThreadStreamEvent => ({
  type: 'thread.item.done',
  item: message(...content),
})

async function apply(events: ThreadStreamEvent[], made = citations()): Promise<ThreadStreamEvent[]> {
  const out = []
  for await (const event of made.apply(
    (async function* () {
      yield* events
    })(),
  ))
    out.push(event)
  return out
}

/** What a client shows after it has followed the updates of a part. Throws where they do not agree. */
function follow(events: ThreadStreamEvent[]): AssistantContent {
  let shown = part('')
  for (const event of events) {
    if (event.type !== 'thread.item.updated') continue
    const change = event.update
    if (change.type === 'assistant_message.content_part.added') shown = structuredClone(change.content)
    if (change.type === 'assistant_message.content_part.text_delta') {
      if (change.delta === '') throw new Error('an empty delta was sent')
      shown.text += change.delta
    }
    if (change.type === 'assistant_message.content_part.annotation_added') {
      const next = shown.annotations.push(change.annotation) - 1
      if (change.annotation_index !== next)
        throw new Error(`annotation ${change.annotation_index} is not ${next}`)
    }
    if (change.type === 'assistant_message.content_part.done' && !isDeepStrictEqual(change.content, shown))
      throw new Error('the finished part is not what was streamed')
  }
  return shown
}

describe('register', () => {
  it('numbers go on over several calls, and a passage keeps its own', () => {
    const made = createCitations()
    expect(made.register([passage('a'), passage('b')])).toEqual([1, 2])
    expect(made.register([passage('b'), passage('c'), { ...passage('a'), score: 9 }])).toEqual([2, 3, 1])
    expect(made.register([{ ...passage('a'), range: { start: 5, end: 6 } }])).toEqual([4])
  })
})

// Worked out by hand: what the model writes, what is shown, and which passage is cited at which code unit.
const ANSWERS: [written: string, shown: string, cited: Annotation[]][] = [
  ['A quaternion has four parts【1】.', 'A quaternion has four parts.', [cite('a', 27)]],
  [
    'One【1】 two【2】【3】 one again【1】',
    'One two one again',
    [cite('a', 3), cite('b', 7), cite('c', 7), cite('a', 17)],
  ],
  ['Turn 🤖👩‍🚀【2】 now', 'Turn 🤖👩‍🚀 now', [cite('b', 12)]],
  [
    'کواٹرنین چار حصوں والا عدد ہے【1】۔ ہاں【12】',
    'کواٹرنین چار حصوں والا عدد ہے۔ ہاں',
    [cite('a', 29), cite('l', 34)],
  ],
  [
    '`q[0]` and [1] and [a](x) and $x_{[1]}$【1】',
    '`q[0]` and [1] and [a](x) and $x_{[1]}$',
    [cite('a', 39)],
  ],
  ['Unknown【99】 and 【0】 vanish【2】', 'Unknown and  vanish', [cite('b', 19)]],
  ['【2】【3】', '', [cite('b', 0), cite('c', 0)]],
  [
    'Not marks: 【】 【a】 【1 】 【1234567】 【【2】】',
    'Not marks: 【】 【a】 【1 】 【1234567】 【】',
    [cite('b', 34)],
  ],
  ['Unfinished 【1', 'Unfinished 【1', []],
  ['Unfinished 【', 'Unfinished 【', []],
  ['Said【1】 and begun【2', 'Said and begun【2', [cite('a', 4)]],
  ['', '', []],
]

describe('apply', () => {
  it.each(ANSWERS)('turns the marks of %j into annotations', async (written, shown, cited) => {
    const expected = part(shown, cited)
    const events = [added, partAdded(), ...(written ? [delta(written)] : []), partDone(part(written))]
    const out = await apply([...events, done(part(written))])
    expect(follow(out)).toEqual(expected)
    expect(out.at(-1)).toEqual(done(expected))
    expect(out.at(-2)).toEqual(partDone(expected))
  })

  it('gives the same however the text is split', async () => {
    const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ANSWERS),
        cuts,
        fc.boolean(),
        async ([written, shown, cited], at, ends) => {
          const edges = [
            0,
            ...at.filter((edge) => edge < written.length).toSorted((a, b) => a - b),
            written.length,
          ]
          const deltas = edges.slice(1).map((edge, n) => delta(written.slice(edges[n], edge)))
          const end = ends ? [partDone(part(written)), done(part(written))] : []
          const out = await apply([added, partAdded(), ...deltas, ...end])
          const expected = part(shown, cited)
          expect(follow(out)).toEqual(expected)
          expect(out.filter(({ type }) => type === 'thread.item.done')).toEqual(ends ? [done(expected)] : [])
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('gives the same for a stream of plain text, however it is split', async () => {
    const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ANSWERS), cuts, async ([written, shown, cited], at) => {
        const edges = [
          0,
          ...at.filter((edge) => edge < written.length).toSorted((a, b) => a - b),
          written.length,
        ]
        let text = ''
        const found: Annotation[] = []
        const pieces = citations().applyToText(
          (async function* () {
            for (const [n, edge] of edges.slice(1).entries()) yield written.slice(edges[n], edge)
          })(),
        )
        for await (const piece of pieces) {
          if (piece.type === 'citation') found.push(piece.annotation)
          else if (piece.text === '') throw new Error('an empty text was given')
          else text += piece.text
        }
        expect({ text, found }).toEqual({ text: shown, found: cited })
      }),
      { numRuns: 1_000 },
    )
  })

  it('cites an entity of the application where it makes the source', async () => {
    const entity = (id: string) => ({
      type: 'entity' as const,
      id,
      title: `Lesson ${id}`,
      interactive: true,
      data: { lesson: id },
    })
    const made = createCitations({ toSource: ({ documentId }) => entity(documentId) })
    made.register([passage('a')])
    const out = await apply([done(part('So【1】.'))], made)
    expect(out).toEqual([done(part('So.', [{ type: 'annotation', source: entity('a'), index: 2 }]))])
  })

  it('holds back nothing but what may become a mark', async () => {
    const steps: [delta: string, sent: string[]][] = [
      ['Yes', ['Yes']],
      [' 【', [' ']],
      ['1', []],
      ['2', []],
      ['x', ['【12x']],
      ['【3', []],
      ['【', ['【3']],
      ['】', ['【】']],
      ['【123456', []],
      ['7', ['【1234567']],
    ]
    const sent: string[][] = []
    const made = citations().apply(
      (async function* () {
        for (const [text] of steps) {
          sent.push([])
          yield delta(text)
        }
      })(),
    )
    for await (const event of made)
      if (event.type === 'thread.item.updated' && 'delta' in event.update)
        sent.at(-1)?.push(event.update.delta)
    expect(sent).toEqual(steps.map(([, texts]) => texts))
  })

  it('keeps annotations that are there already, with their places corrected', async () => {
    const written = 'One【1】 two【2】 end'
    const given = (index: number): Annotation => ({ type: 'annotation', source: source('given'), index })
    const placeless: Annotation = { type: 'annotation', source: source('placeless') }
    const out = await apply([
      added,
      partAdded(),
      delta('One【1】 two'),
      annotation(0, given(10)),
      delta('【2】 end'),
      annotation(1, given(17)),
      partDone(part(written, [given(10), given(17), placeless])),
      done(part(written, [given(10), given(17), placeless])),
    ])
    const expected = part('One two end', [cite('a', 3), given(7), cite('b', 7), given(11), placeless])
    const streamed = out.slice(0, -2)
    expect(follow(streamed)).toEqual({ ...expected, annotations: expected.annotations.slice(0, 4) })
    expect(out.slice(-2)).toEqual([partDone(expected), done(expected)])
  })

  it('puts a given annotation whose place is inside of a mark where the mark was', async () => {
    const given: Annotation = { type: 'annotation', source: source('given'), index: 4 }
    const out = await apply([done(part('One【1】 two', [given]))])
    expect(out).toEqual([done(part('One two', [cite('a', 3), { ...given, index: 3 }]))])
  })

  it('reads text that a part or a message has from its beginning', async () => {
    const begun: ThreadStreamEvent = { type: 'thread.item.added', item: message(part('So【1】 it【')) }
    const out = await apply([begun, delta('2】 is'), done(part('So【1】 it【2】 is'))])
    expect(out).toEqual([
      { type: 'thread.item.added', item: message(part('So it', [cite('a', 2)])) },
      update({
        type: 'assistant_message.content_part.annotation_added',
        content_index: 0,
        annotation_index: 1,
        annotation: cite('b', 5),
      }),
      delta(' is'),
      done(part('So it is', [cite('a', 2), cite('b', 5)])),
    ])
    const second = await apply([partAdded(part('Be【'), 1), delta('3】', 1), partDone(part('Be【3】'), 1)])
    expect(second[0]).toEqual(partAdded(part('Be'), 1))
    expect(second.at(-1)).toEqual(partDone(part('Be', [cite('c', 2)]), 1))
  })

  it('takes the finished text where it is another than the streamed one', async () => {
    const out = await apply([
      added,
      partAdded(),
      delta('Draft【1】【'),
      partDone(part('Final【2】')),
      done(part('Final【2】')),
    ])
    const expected = part('Final', [cite('b', 5)])
    expect(out.slice(-2)).toEqual([partDone(expected), done(expected)])
    const replaced: ThreadStreamEvent = { type: 'thread.item.replaced', item: message(part('New【3】')) }
    expect(await apply([replaced])).toEqual([{ ...replaced, item: message(part('New', [cite('c', 3)])) }])
  })

  it('keeps the parts of a message, and messages, apart', async () => {
    const out = await apply([
      delta('a【'),
      delta('b【', 1),
      delta('c', 0, 'n'),
      delta('1】', 1),
      delta('2】'),
    ])
    expect(out).toEqual([
      delta('a'),
      delta('b', 1),
      delta('c', 0, 'n'),
      update({
        type: 'assistant_message.content_part.annotation_added',
        content_index: 1,
        annotation_index: 0,
        annotation: cite('a', 1),
      }),
      annotation(0, cite('b', 1)),
    ])
  })

  it('lets every other event through as it is', async () => {
    const others: ThreadStreamEvent[] = [
      { type: 'progress_update', text: 'Searching【1】' },
      { type: 'notice', level: 'info', message: 'x【1】' },
      { type: 'thread.item.removed', item_id: 'gone' },
      update({ type: 'widget.streaming_text.value_delta', component_id: 'w', delta: '【1】', done: false }),
      {
        type: 'thread.item.done',
        item: {
          type: 'task',
          id: 'k',
          thread_id: 't',
          created_at: '2030-01-01T00:00:00Z',
          task: { type: 'custom', title: '【1】', status_indicator: 'none' },
        },
      },
    ]
    expect(await apply(others)).toEqual(others)
  })

  it('knows a passage from the moment at which it is registered', async () => {
    const made = createCitations()
    const events = made.apply(
      (async function* () {
        yield delta('Early【1】')
        made.register([passage('late')])
        yield delta(' late【1】')
        yield done(part('Early【1】 late【1】'))
      })(),
    )
    const out = []
    for await (const event of events) out.push(event)
    expect(out).toEqual([
      delta('Early'),
      delta(' late'),
      annotation(0, cite('late', 10)),
      done(part('Early late', [cite('late', 10)])),
    ])
  })

  it('ends its source when the reader goes away, and passes on its error', async () => {
    let ended = false
    const answer = (async function* () {
      try {
        yield delta('a')
        yield delta('b')
        throw new Error('model gone')
      } finally {
        ended = true
      }
    })()
    for await (const event of citations().apply(answer)) {
      expect(event).toEqual(delta('a'))
      break
    }
    expect(ended).toBe(true)
    const failing = citations().apply(
      (async function* () {
        yield delta('a【1')
        throw new Error('model gone')
      })(),
    )
    expect((await failing.next()).value).toEqual(delta('a'))
    await expect(failing.next()).rejects.toThrow('model gone')
  })
})
