import { ERRORS } from '../../packages/chatkit-server-core/src/errors.ts'
import {
  jsonSchemas,
  type JsonSchema,
  type JsonSchemas,
} from '../../packages/chatkit-server-core/src/protocol/json-schema.ts'
import type { RequestType } from '../../packages/chatkit-server-core/src/protocol/requests.ts'
import { table } from './table.ts'
import { code, type Schema, typeText, variantsOf } from './type-text.ts'
import { EVENTS, ITEMS, OBJECTS, type Operation, OPERATIONS, UPDATES } from './words.ts'

type Definitions = Record<string, JsonSchema>

/** The text of docs/protocol.md: the schemas, the table of errors, and the words that go with them. */
export function renderProtocolDocs(): string {
  const { requests, ThreadStreamEvent, ThreadItem } = jsonSchemas()
  const definitions: Definitions = {
    ...requests['threads.create'].$defs,
    ...ThreadItem.$defs,
    ...ThreadStreamEvent.$defs,
  }
  const sections = [
    INTRODUCTION,
    '## Operations that stream',
    'The reply is a stream of [events](#events).',
    ...operations(requests, true),
    '## Operations with a plain reply',
    'The reply is JSON.',
    ...operations(requests, false),
    '## Events',
    'What a stream carries. Each has its `type`, and:',
    ...variants(ThreadStreamEvent, EVENTS, []),
    '## Updates',
    'The `update` of a `thread.item.updated`. Each has its `type`, and:',
    ...variants(definitionOf('ItemUpdate', definitions), UPDATES, []),
    '## Items',
    'What stands in a thread. Each has its `type`, `id`, `thread_id`, `created_at`, and:',
    ...variants(definitionOf('ThreadItem', definitions), ITEMS, ['id', 'thread_id', 'created_at']),
    '## Objects',
    '### Thread',
    'As a client is sent it: `items` is a [page](#page), and `metadata`, which is private, is always `{}`.',
    fieldsTable(definitionOf('ThreadWithItems', definitions)),
    '### Page',
    '`data`, a list; `has_more`; and, where there is more, `after`: the cursor of the next page.',
    ...Object.entries(OBJECTS).flatMap(([name, about]) => object(name, about, definitions)),
    '## Errors',
    'Everything that can be checked is checked before a stream starts, and refused with a status. After that, an error is an [event](#error).',
    'The body is `{ "error": { "code", "message", "issues"?, "run_id"?, "retry_after_seconds"?, "request_id" }, "message" }`. Each of the `issues` has the `path` of what is wrong and a `message`.',
    table(
      ['status', 'code', 'meaning'],
      Object.entries(ERRORS).map(([name, { status, meaning }]) => [String(status), `\`${name}\``, meaning]),
    ),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function operations(requests: JsonSchemas['requests'], streaming: boolean): string[] {
  const types = Object.keys(OPERATIONS) as RequestType[]
  return types.flatMap((type) => {
    const operation: Operation = OPERATIONS[type]
    if ((operation.reply === undefined) !== streaming) return []
    const params = requests[type].properties?.params ?? true
    const reply = operation.reply === undefined ? '' : `Reply: ${operation.reply}`
    return [`### ${type}`, operation.about, fieldsTable(params, { always: 'required' }), reply]
  })
}

/** A section for each member of a union, told apart by its `type`. */
function variants(union: JsonSchema, words: Record<string, string>, known: string[]): string[] {
  return (variantsOf(union) ?? []).flatMap((variant) => {
    const type = constantType(variant)
    return [`### ${type}`, words[type] ?? '', fieldsTable(variant, { without: ['type', ...known] })]
  })
}

function object(name: string, about: string, definitions: Definitions): string[] {
  const schema = definitionOf(name, definitions)
  const members = variantsOf(schema)
  if (!members) return [`### ${name}`, about, fieldsTable(schema)]
  const texts = members.flatMap((member) => {
    const type = constantType(member)
    if (type === '') return [typeText(member)]
    return [`Of type \`${type}\`:`, fieldsTable(member, { without: ['type'] }) || 'nothing more.']
  })
  return [`### ${name}`, about, ...texts]
}

function fieldsTable(
  schema: Schema,
  { without = [], always = 'always' }: { without?: string[]; always?: string } = {},
): string {
  if (typeof schema === 'boolean') return ''
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => !without.includes(name))
  if (fields.length === 0) return ''
  const rows = fields.map(([name, field]) => [
    `\`${name}\``,
    typeText(field),
    typeof field === 'object' && field.default !== undefined
      ? `default ${code(field.default)}`
      : schema.required?.includes(name)
        ? always
        : 'optional',
  ])
  return table(['field', 'type', ''], rows)
}

function constantType(variant: Schema): string {
  const type = typeof variant === 'object' ? variant.properties?.type : undefined
  return typeof type === 'object' ? String(type.const) : ''
}

function definitionOf(name: string, definitions: Definitions): JsonSchema {
  const found = definitions[name]
  if (!found)
    throw new Error(`The schemas have no "${name}": json-schema.ts names them, words.ts lists them.`)
  return found
}

const INTRODUCTION = `# The protocol

<!-- Made from the schemas by \`npx pnpm@12.21.0 docs:protocol\`; a test fails when this page is stale. -->

One URL takes \`POST\` with a JSON body \`{ "type": …, "params": { … }, "metadata"?: { … } }\`. Fields that are not
described here are ignored; keys whose value would be null are left out of every reply; times are ISO 8601 in UTC. The
reply is JSON, or a stream of events (\`text/event-stream\`) with one JSON object in each \`data:\` and \`run_id:seq\` as its
\`id:\`. \`jsonSchemas()\` gives all of this as JSON Schemas.

## Headers

Of a request:

${table(
  ['header', 'meaning'],
  [
    ['`content-type`', 'Exactly `application/json`.'],
    [
      '`idempotency-key`',
      'The same key with the same body asks for the same answer again, and never for a second one.',
    ],
    ['`last-event-id`', 'The SSE `id` after which to go on reading; nothing new is started.'],
    ['`x-chatkit-client`', '`stop`: this client says so when it wants a stop. A lost connection is none.'],
  ],
)}

Of a reply:

${table(
  ['header', 'meaning'],
  [
    [
      '`x-chatkit-run`',
      '`run_id:seq`: the answer that is being written, and how much of it this reply knows.',
    ],
    ['`x-request-id`', 'Leads to the request in the server’s log.'],
    ['`retry-after`', 'Seconds to wait, where a refusal says so.'],
    ['`cache-control`', '`no-store` on JSON; `no-cache, no-transform` on a stream.'],
    ['`x-accel-buffering`', '`no` on a stream.'],
  ],
)}

A comment keeps a silent stream open.`
