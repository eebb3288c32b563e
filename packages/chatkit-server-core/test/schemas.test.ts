import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { threadStreamEventSchema } from '../src/protocol/events.ts'
import { jsonSchemas } from '../src/protocol/json-schema.ts'
import { threadItemSchema } from '../src/protocol/items.ts'
import { requestSchemas, type RequestType } from '../src/protocol/requests.ts'
import { firstDifference } from './conformance/first-difference.ts'
import { parseRecording, readRecordings, type RequestStep } from './conformance/recording.ts'

const recordings = readRecordings(join(import.meta.dirname, 'fixtures/conformance'))
const steps = recordings.flatMap(({ text }) =>
  parseRecording(text).steps.filter((step): step is RequestStep => 'request' in step),
)
const requests = steps.map(({ request }) => request)
const events = steps.flatMap((step) => step.events ?? [])
const items = steps.flatMap(({ stored }) => stored?.items ?? [])

describe('the schemas', () => {
  it('take every recorded event and item and change nothing about them', () => {
    expect(events.length).toBeGreaterThan(100)
    for (const event of events) {
      expect(firstDifference(event, threadStreamEventSchema.parse(event), 'event')).toBe(undefined)
    }
    for (const item of items) {
      expect(firstDifference(item, threadItemSchema.parse(item), 'item')).toBe(undefined)
    }
  })
})

describe('the JSON Schemas', () => {
  const schemas = jsonSchemas()

  it('describe every request, and take what was recorded', () => {
    expect(Object.keys(schemas.requests)).toEqual(Object.keys(requestSchemas))
    for (const request of requests) {
      const schema = z.fromJSONSchema(schemas.requests[request.type as RequestType])
      expect(schema.safeParse(request).error).toBe(undefined)
      expect(schema.safeParse({ ...request, params: 'none' }).success).toBe(false)
    }
  })

  it('take every recorded event and item, and no key that the protocol does not have', () => {
    const ofEvent = z.fromJSONSchema(schemas.ThreadStreamEvent)
    const ofItem = z.fromJSONSchema(schemas.ThreadItem)
    for (const event of events) expect(ofEvent.safeParse(event).error).toBe(undefined)
    for (const item of items) expect(ofItem.safeParse(item).error).toBe(undefined)
    expect(ofEvent.safeParse({ type: 'progress_update', text: 'x', color: 'red' }).success).toBe(false)
    expect(ofEvent.safeParse({ type: 'thread.exploded' }).success).toBe(false)
  })

  it('are complete in themselves: each reference stands in the schema’s own $defs', () => {
    const all = [
      ...Object.values(schemas.requests),
      schemas.ThreadStreamEvent,
      schemas.ThreadItem,
      schemas.Thread,
    ]
    for (const schema of all) {
      for (const [, name = ''] of JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g)) {
        expect(schema.$defs).toHaveProperty(name)
      }
    }
  })

  it('stay small enough to send', () => {
    expect(JSON.stringify(schemas).length).toBeLessThan(64 * 1024)
  })
})
