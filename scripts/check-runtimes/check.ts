// Sends what the recording sent, and compares what comes back with what was recorded.
import { strict as assert } from 'node:assert'
import { recording, TIME } from './answer.ts'
import { open } from './runtime.ts'

const { send, close } = await open()

function post(body: object, headers: Record<string, string> = { authorization: 'ada' }): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(body) }
  return send('/chatkit', { ...init, headers: { 'content-type': 'application/json', ...headers } })
}

const refused = await post(recording.steps[0]?.request ?? {}, {})
assert.equal(refused.status, 401)
assert.match(await refused.text(), /"unauthenticated"/)

for (const { request, events, json } of recording.steps) {
  const response = await post(request)
  assert.equal(response.status, 200)
  const text = await response.text()
  const got: unknown = events
    ? [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as unknown)
    : JSON.parse(text)
  const wanted: unknown = JSON.parse(JSON.stringify(events ?? json).replaceAll('<time>', TIME))
  assert.deepEqual(got, wanted)
}
await close()
console.log(`${recording.steps.length} steps answered as recorded`)
