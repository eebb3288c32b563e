import OpenAI, { APIError } from 'openai'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type Ending,
  type ModelDoubleOptions,
  type ModelOutput,
  type ModelReply,
  openModelDouble,
} from '../../src/testing/index.ts'

type Json = Record<string, unknown>

async function open(script: ModelDoubleOptions['script'], maxRetries = 0) {
  const double = await openModelDouble(script ? { script } : {})
  onTestFinished(() => double.close())
  const client = new OpenAI({ apiKey: 'test', baseURL: double.baseUrl, maxRetries })
  return { double, client }
}

/** Everything that the client reads of one streamed reply; what it throws is kept beside it. */
async function read<T>(opening: PromiseLike<AsyncIterable<T>>): Promise<{ events: T[]; error?: unknown }> {
  const events: T[] = []
  try {
    for await (const event of await opening) events.push(event)
    return { events }
  } catch (error) {
    return { events, error }
  }
}

const responses = (client: OpenAI) =>
  read(client.responses.create({ model: 'm', input: 'Hello', stream: true }))
const completions = (client: OpenAI) =>
  read(
    client.chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
      stream_options: { include_usage: true },
    }),
  )

const deltasOf = (chunks: OpenAI.ChatCompletionChunk[]): Json[] =>
  chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta as Json))

/** The text of all deltas of either API. */
const saidIn = (events: readonly object[]): string =>
  events
    .map((event) => {
      const {
        type,
        delta,
        choices = [],
      } = event as { type?: string; delta?: string } & Partial<OpenAI.ChatCompletionChunk>
      return type === 'response.output_text.delta' ? delta : choices[0]?.delta.content
    })
    .join('')

const citation = {
  type: 'url_citation',
  url: 'https://example.com/a',
  title: 'A',
  start_index: 0,
  end_index: 2,
}

const everything: ModelOutput[] = [
  { type: 'reasoning', summary: [['I ', 'think'], 'So'] },
  { type: 'tool_call', name: 'look_up', arguments: { word: 'node' } },
  { type: 'text', text: ['He', 'llo'], citations: [citation] },
  { type: 'refusal', refusal: 'No.' },
  { type: 'image', data: 'QUJD', previews: ['QQ==', 'QUI='] },
]

describe('the double of the Responses API', () => {
  it('streams every kind of output, numbered, and the whole of it at the end', async () => {
    const { client } = await open([{ output: everything }])
    const { events, error } = await responses(client)
    expect(error).toBe(undefined)
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index))
    const said = (type: string): unknown[] =>
      events.flatMap((event) => (event.type === type ? [(event as { delta?: unknown }).delta] : []))
    expect(said('response.reasoning_summary_text.delta')).toEqual(['I ', 'think', 'So'])
    expect(said('response.function_call_arguments.delta')).toEqual(['{"word":"node"}'])
    expect(said('response.output_text.delta')).toEqual(['He', 'llo'])
    expect(said('response.refusal.delta')).toEqual(['No.'])
    expect(
      events.filter(({ type }) => type === 'response.image_generation_call.partial_image'),
    ).toMatchObject([
      { partial_image_index: 0, partial_image_b64: 'QQ==' },
      { partial_image_index: 1, partial_image_b64: 'QUI=' },
    ])
    expect(events.filter(({ type }) => type === 'response.output_text.annotation.added')).toMatchObject([
      { annotation_index: 0, annotation: citation },
    ])
    const added = events.flatMap((event) =>
      event.type === 'response.output_item.added' ? [event.item.id] : [],
    )
    expect(new Set(added).size).toBe(5)
    expect(events.at(-1)).toMatchObject({
      type: 'response.completed',
      response: {
        status: 'completed',
        output: [
          { type: 'reasoning', summary: [{ text: 'I think' }, { text: 'So' }] },
          { type: 'function_call', call_id: 'call_1_1', arguments: '{"word":"node"}' },
          { type: 'message', content: [{ type: 'output_text', text: 'Hello', annotations: [citation] }] },
          { type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] },
          { type: 'image_generation_call', result: 'QUJD' },
        ],
      },
    })
  })

  it('answers in one JSON where the request does not stream', async () => {
    const { client } = await open([{ output: everything, usage: { inputTokens: 3, outputTokens: 4 } }])
    const response = await client.responses.create({ model: 'm', input: 'Hello' })
    expect(response).toMatchObject({ status: 'completed', model: 'm', usage: { total_tokens: 7 } })
    expect(response.output_text).toBe('Hello')
    expect(response.output).toHaveLength(5)
  })

  it.each<[Ending, string | undefined]>([
    ['completed', 'response.completed'],
    ['incomplete', 'response.incomplete'],
    ['content_filter', 'response.incomplete'],
    ['failed', 'response.failed'],
    ['unfinished', 'response.output_text.delta'],
  ])('ends an answer that is %s with %s', async (ending, type) => {
    const { client } = await open([{ output: [{ type: 'text', text: 'Hello' }], ending }])
    const { events, error } = await responses(client)
    expect(error).toBe(undefined)
    expect(events.at(-1)?.type).toBe(type)
  })
})

describe('the double of the Chat Completions API', () => {
  it.each(['reasoning_content', 'reasoning'] as const)(
    'streams every kind of output, the reasoning as %s, and the usage where it was asked for',
    async (reasoningField) => {
      const { client } = await open([{ output: everything, reasoningField }])
      const { events, error } = await completions(client)
      expect(error).toBe(undefined)
      const deltas = deltasOf(events)
      const joined = (field: string): string =>
        deltas.map(({ [field]: text }) => (typeof text === 'string' ? text : '')).join('')
      expect(joined(reasoningField)).toBe('I thinkSo')
      expect(joined('content')).toBe('Hello')
      expect(joined('refusal')).toBe('No.')
      expect(deltas.find(({ annotations }) => annotations)).toMatchObject({
        annotations: [{ type: 'url_citation', url_citation: { url: 'https://example.com/a' } }],
      })
      expect(deltas.flatMap((delta) => delta.tool_calls ?? [])).toEqual([
        { index: 0, id: 'call_1_1', type: 'function', function: { name: 'look_up', arguments: '' } },
        { index: 0, function: { arguments: '{"word":"node"}' } },
      ])
      expect(events.at(-2)?.choices).toMatchObject([{ finish_reason: 'tool_calls' }])
      expect(events.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 15 } })
    },
  )

  it('answers in one JSON where the request does not stream', async () => {
    const { client } = await open([{ output: everything }])
    const completion = await client.chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content: 'Hello' }],
    })
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'Hello',
        refusal: 'No.',
        reasoning_content: 'I thinkSo',
        tool_calls: [{ id: 'call_1_1' }],
      },
    })
  })

  it('leaves ids and finish reasons out where the script says so', async () => {
    const call: ModelOutput = { type: 'tool_call', name: 'look_up', callId: null, arguments: 'no json' }
    const { client } = await open([{ output: [call], responseId: null, ending: 'unfinished' }])
    const { events } = await completions(client)
    expect(events.some((chunk) => 'id' in chunk)).toBe(false)
    expect(events.flatMap(({ choices }) => choices).every(({ finish_reason: reason }) => !reason)).toBe(true)
    expect(JSON.stringify(events)).not.toContain('"id"')
  })

  it.each<[Ending, string]>([
    ['completed', 'stop'],
    ['incomplete', 'length'],
    ['content_filter', 'content_filter'],
  ])('ends an answer that is %s with the finish reason %s', async (ending, reason) => {
    const { client } = await open([{ output: [], ending }])
    const { events } = await completions(client)
    expect(events.at(-2)?.choices).toMatchObject([{ delta: {}, finish_reason: reason }])
  })

  it('fails in mid-stream', async () => {
    const { client } = await open([{ output: [{ type: 'text', text: 'Hello' }], ending: 'failed' }])
    const { events, error } = await completions(client)
    expect(deltasOf(events).at(-1)).toEqual({ content: 'Hello' })
    expect(error).toMatchObject({ message: expect.stringContaining('The model failed.') })
  })
})

describe.each([
  ['Responses', responses],
  ['Chat Completions', completions],
] as const)('either API (%s)', (name, ask) => {
  it('takes a bare text as an answer, and a script as a function of the request', async () => {
    const { client } = await open(({ ordinal, body }) => `Answer ${ordinal} of ${String(body.model)}`)
    expect(saidIn((await ask(client)).events)).toBe('Answer 1 of m')
    expect(saidIn((await ask(client)).events)).toBe('Answer 2 of m')
  })

  it.each([401, 429, 500])('refuses with status %i and what belongs to it', async (status) => {
    const { client, double } = await open([{ status, retryAfterSeconds: 7 }])
    const { error } = await ask(client)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status })
    expect((error as APIError).headers?.get('retry-after')).toBe('7')
    expect(await double.requests[0]?.ended).toMatchObject({ how: 'answered' })
  })

  it('is asked again after a status that the client repeats, until it answers', async () => {
    const refusal: ModelReply = { status: 500, headers: { 'retry-after-ms': '1' } }
    const { client, double } = await open([refusal, refusal, 'Hello'], 2)
    expect((await ask(client)).error).toBe(undefined)
    expect(double.requests.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3])
  })

  it('says so when the script is over, once', async () => {
    const { client, double } = await open([], 2)
    expect((await ask(client)).error).toMatchObject({
      status: 500,
      message: expect.stringContaining('The script of the model double is over.'),
    })
    expect(double.requests).toHaveLength(1)
  })

  it('goes on with what is added to the script', async () => {
    const { client, double } = await open([])
    double.enqueue('Hello')
    expect((await ask(client)).error).toBe(undefined)
  })

  it('breaks off in the middle of an answer, after everything before has arrived', async () => {
    const { client, double } = await open([
      { output: [{ type: 'text', text: ['One ', 'two'] }], ending: 'cut' },
    ])
    const { events, error } = await ask(client)
    expect(JSON.stringify(events.at(-1))).toContain('two')
    expect(error).toBeInstanceOf(Error)
    expect(await double.requests[0]?.ended).toMatchObject({ how: 'cut' })
  })

  it('is silent for as long as the script says, and tells when the client left', async () => {
    const never = new Promise(() => {})
    const { client, double } = await open([
      { output: [{ type: 'text', text: ['One ', { until: never }, 'two'] }] },
      { output: [], delay: { until: never } },
    ])
    const stop = new AbortController()
    const stream: AsyncIterable<unknown> =
      name === 'Responses'
        ? await client.responses.create({ model: 'm', input: 'x', stream: true }, { signal: stop.signal })
        : await client.chat.completions.create(
            { model: 'm', messages: [], stream: true },
            { signal: stop.signal },
          )
    for await (const event of stream) if (JSON.stringify(event).includes('One ')) stop.abort()
    const request = await double.received(1)
    expect(await request.ended).toMatchObject({ how: 'aborted' })
    expect(request.end?.atMs).toBeGreaterThanOrEqual(request.receivedAtMs)

    const early = new AbortController()
    const silent = client.responses.create({ model: 'm', input: 'x' }, { signal: early.signal })
    const failure = silent.then(
      () => undefined,
      (error: unknown) => error,
    )
    const second = await double.received(2)
    early.abort()
    expect(await second.ended).toMatchObject({ how: 'aborted' })
    expect(await failure).toBeInstanceOf(Error)
  })

  it('can be slow', async () => {
    const { client } = await open([{ output: [{ type: 'text', text: 'a b c d' }], paceMs: 20 }])
    const began = performance.now()
    await ask(client)
    expect(performance.now() - began).toBeGreaterThanOrEqual(3 * 19)
  })

  it('plays events word for word', async () => {
    const { client } = await open([{ events: [{ type: 'response.custom', id: 'x' }] }])
    expect((await ask(client)).events).toEqual([{ type: 'response.custom', id: 'x' }])
  })

  it('closes what is open when it is closed', async () => {
    const { client, double } = await open([{ output: [], delay: { until: new Promise(() => {}) } }])
    const asked = ask(client)
    const request = await double.received(1)
    await double.close()
    expect(await request.ended).toMatchObject({ how: 'cut' })
    expect((await asked).error).toBeInstanceOf(Error)
  })
})

describe('what was received', () => {
  it('is there with its path, headers and body', async () => {
    const { client, double } = await open(['Hello'])
    await responses(client)
    expect(double.requests).toMatchObject([
      {
        ordinal: 1,
        api: 'responses',
        path: '/v1/responses',
        headers: { authorization: 'Bearer test' },
        body: { model: 'm', input: 'Hello', stream: true },
      },
    ])
  })

  it('may be of another endpoint, which a status answers', async () => {
    const { client, double } = await open([{ status: 200, body: { text: 'Hello' } }, 'no such endpoint'])
    const transcribe = () =>
      client.audio.transcriptions.create({
        model: 'm',
        file: new File(['sound'], 'a.webm', { type: 'audio/webm' }),
      })
    expect(await transcribe()).toMatchObject({ text: 'Hello' })
    expect(double.requests[0]).toMatchObject({ api: 'other', path: '/v1/audio/transcriptions', body: {} })
    expect(Buffer.from(double.requests[0]?.bytes ?? []).toString()).toContain('filename="a.webm"')
    await expect(transcribe()).rejects.toMatchObject({ status: 404 })
  })
})
