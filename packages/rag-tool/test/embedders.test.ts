import { expect, it } from 'vitest'
import { createLocalEmbedder, createOpenAIEmbedder, type OpenAIEmbedderOptions } from '../src/index.ts'
import { startEmbeddingService, type EmbeddingService, type Fault } from './embedding-service.ts'

const KEY = 'sk-secret-key'

const embedderOf = (service: EmbeddingService, options: OpenAIEmbedderOptions = {}) =>
  createOpenAIEmbedder({
    baseUrl: service.baseUrl,
    apiKey: KEY,
    model: 'small',
    dimensions: 2,
    maxDelayMs: 5,
    ...options,
  })
const ofDocument = { kind: 'document' as const }
const inputs = (service: EmbeddingService): unknown[] => service.requests.map(({ body }) => body.input)

it('asks for one vector a text, and gives them in order however the service orders them', async () => {
  await using service = await startEmbeddingService()
  service.shuffle = true
  expect(await embedderOf(service).embed(['a', 'bcd'], ofDocument)).toEqual([
    [1, 97],
    [3, 98],
  ])
  const [request] = service.requests
  expect(request?.url).toBe('/v1/embeddings')
  expect(request?.headers.authorization).toBe(`Bearer ${KEY}`)
  expect(request?.body).toEqual({ model: 'small', input: ['a', 'bcd'], encoding_format: 'float' })
  expect(await embedderOf(service).embed([], ofDocument)).toEqual([])
  expect(service.requests).toHaveLength(1)
})

it('cuts what it is given to requests that the service takes', async () => {
  await using service = await startEmbeddingService()
  const texts = ['one', '', 'three', 'four', 'five', 'x'.repeat(100)]
  const limits = { maxBatchTexts: 3, maxBatchTokens: 8, maxTextTokens: 5 }
  const vectors = await embedderOf(service, limits).embed(texts, ofDocument)
  expect(inputs(service)).toEqual([['one', ' ', 'three'], ['four', 'five'], ['x'.repeat(15)]])
  expect(vectors.map(([length]) => length)).toEqual([3, 1, 5, 4, 4, 15])
})

it('never cuts a text inside of a character', async () => {
  await using service = await startEmbeddingService()
  await embedderOf(service, { maxTextTokens: 2 }).embed(['aکاکا', '🤖🤖', '\uD83D'], ofDocument)
  expect(inputs(service)).toEqual([['aکا', '🤖', '\uFFFD']])
})

it.each<[string, Fault]>([
  ['a rate limit', { status: 429, headers: { 'retry-after': '0' } }],
  ['a rate limit that says when in milliseconds', { status: 429, headers: { 'retry-after-ms': '1' } }],
  ['a rate limit until a date', { status: 429, headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' } }],
  ['a fault of the service', { status: 503 }],
  ['a lost connection', 'cut'],
  ['a body that is no JSON', { status: 200, body: '<html>' }],
])('tries again after %s', async (_, fault) => {
  await using service = await startEmbeddingService()
  service.faults.push(fault, fault)
  expect(await embedderOf(service).embed(['a'], ofDocument)).toEqual([[1, 97]])
  expect(service.requests).toHaveLength(3)
})

it('waits as long as the service asks for, up to its own limit', async () => {
  await using service = await startEmbeddingService()
  service.faults.push({ status: 429, headers: { 'retry-after': '3600' } })
  await embedderOf(service, { maxDelayMs: 100 }).embed(['a'], ofDocument)
  // Longer than it would wait by itself before the second try.
  service.faults.push({ status: 429, headers: { 'retry-after-ms': '900' } })
  await embedderOf(service, { maxDelayMs: 60_000 }).embed(['a'], ofDocument)
  const [first, second, third, fourth] = service.requests.map(({ atMs }) => atMs)
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(95)
  expect((fourth ?? 0) - (third ?? 0)).toBeGreaterThanOrEqual(890)
})

it('goes on behind the batches that are done', async () => {
  await using service = await startEmbeddingService()
  const embedder = embedderOf(service, { maxBatchTexts: 1 })
  const promise = embedder.embed(['a', 'b'], ofDocument)
  service.faults.push({ status: 500 })
  expect(await promise).toEqual([
    [1, 97],
    [1, 98],
  ])
  expect(inputs(service).filter((input) => Array.isArray(input) && input[0] === 'b')).toHaveLength(1)
})

it.each<[string, Fault, RegExp]>([
  [
    'a wrong key',
    { status: 401, body: `{"error":{"code":"invalid_api_key","message":"${KEY}"}}` },
    /401 \(invalid_api_key\)\.$/,
  ],
  [
    'a quota that is used up',
    { status: 429, body: '{"error":{"type":"insufficient_quota"}}' },
    /429 \(insufficient_quota\)\.$/,
  ],
  ['a bad request', { status: 400, body: 'your secret text' }, /answered 400\.$/],
  ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }, /could not be reached/],
  ['too few vectors', { status: 200, body: '{"data":[]}' }, /did not answer with 1 vectors/],
  [
    'vectors at no place',
    { status: 200, body: '{"data":[{"index":5,"embedding":[1,2]}]}' },
    /did not answer with 1/,
  ],
])('tells of %s, without the key and the texts', async (_, fault, message) => {
  await using service = await startEmbeddingService()
  for (let n = 0; n < 3; n++) service.faults.push(fault)
  const failing = embedderOf(service, { maxRetries: 1 }).embed(['your secret text'], ofDocument)
  await expect(failing).rejects.toMatchObject({
    code: 'embedder_failed',
    message: expect.stringMatching(message),
  })
  await expect(failing).rejects.not.toThrow(/secret/)
})

it('gives up after as many tries as it may, and says so', async () => {
  await using service = await startEmbeddingService()
  for (let n = 0; n < 9; n++) service.faults.push({ status: 500 })
  await expect(embedderOf(service, { maxRetries: 2 }).embed(['a'], ofDocument)).rejects.toThrow(
    /"small" at http:\/\/127.*answered 500, after 3 tries/,
  )
  expect(service.requests).toHaveLength(3)
})

it('counts a service that says nothing as one that failed', async () => {
  await using service = await startEmbeddingService()
  service.faults.push('silent')
  const failing = embedderOf(service, { maxRetries: 0, timeoutMs: 100 }).embed(['a'], ofDocument)
  await expect(failing).rejects.toThrow('gave no answer within 100 ms')
})

it.each<[string, Fault]>([
  ['while the service is silent', 'silent'],
  ['while it waits to try again', { status: 429, headers: { 'retry-after': '60' } }],
])('ends with the reason of the signal %s', async (_, fault) => {
  await using service = await startEmbeddingService()
  service.faults.push(fault)
  const stop = new AbortController()
  const reason = new Error('stopped by the user')
  const options = { ...ofDocument, signal: stop.signal }
  const failing = embedderOf(service, { maxDelayMs: 60_000 }).embed(['a'], options)
  const ended = failing.catch((error: unknown) => error)
  while (service.requests.length === 0) await new Promise((resolve) => void setImmediate(resolve))
  stop.abort(reason)
  expect(await ended).toBe(reason)
})

it('says what kind of text it embeds where the model wants to know', async () => {
  await using service = await startEmbeddingService()
  const embedder = embedderOf(service, { prefixes: { query: 'query: ', document: 'passage: ' } })
  await embedder.embed(['a'], { kind: 'query' })
  await embedder.embed(['a'], ofDocument)
  expect(inputs(service)).toEqual([['query: a'], ['passage: a']])
})

it('knows the dimensions of OpenAI’s models, names shortened ones apart, and asks for others', async () => {
  await using service = await startEmbeddingService()
  expect(createOpenAIEmbedder({ apiKey: KEY })).toMatchObject({
    model: 'text-embedding-3-small',
    dimensions: 1_536,
  })
  const short = embedderOf(service, { model: 'text-embedding-3-large', dimensions: 2 })
  expect(short).toMatchObject({ model: 'text-embedding-3-large@2', dimensions: 2 })
  await short.embed(['a'], ofDocument)
  expect(service.requests[0]?.body).toMatchObject({ model: 'text-embedding-3-large', dimensions: 2 })
  expect(() => createOpenAIEmbedder({ model: 'bge-m3' })).toThrow('dimensions of the model "bge-m3"')
})

it('embeds in this process: alike texts lie nearer', async () => {
  const local = createLocalEmbedder()
  const [robot, machine, cake] = await local.embed(
    ['A robot moves its arm.', 'The machine turns its gripper.', 'We baked a cake with sugar.'],
    ofDocument,
  )
  const dot = (a: number[] = [], b: number[] = []): number =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
  expect(robot).toHaveLength(local.dimensions)
  expect(dot(robot, machine)).toBeGreaterThan(dot(robot, cake))
  expect(await local.embed(['', 'x'], { kind: 'query' })).toHaveLength(2)
})
