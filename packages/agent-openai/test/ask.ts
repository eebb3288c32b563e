import { Agent } from '@openai/agents'
import { ScriptedModel, type ScriptedModelInput } from '@openai/agents/testing'
import {
  type ChatKitServer,
  MemoryStore,
  readEvents,
  type Thread,
  type ThreadStreamEvent,
} from '@robolearn/chatkit-server-core'
import { type AgentContext, AgentChatKitServer, type AgentChatKitServerOptions } from '../src/index.ts'

export interface Person {
  userId: string
}

export const ada: Person = { userId: 'ada' }

type Options = Partial<AgentChatKitServerOptions<Person>> & { script?: ScriptedModelInput[] }

/** A server whose agent speaks from a script, what its model was sent, and what it reported as gone wrong. */
export function scriptedServer({ script = [], ...options }: Options = {}) {
  const model = new ScriptedModel(script)
  const errors: unknown[] = []
  const store = new MemoryStore<Person>()
  const server = new AgentChatKitServer<Person>({
    store,
    owner: (person) => person.userId,
    agent: new Agent({ name: 'Tutor', instructions: 'You are a tutor.', model }),
    hooks: { onError: (error) => errors.push(error) },
    ...options,
  })
  return { server, model, errors, store }
}

/** What a tool is given as its second argument, by its context. */
export const contextOf = (run: unknown): AgentContext<Person> =>
  (run as { context: AgentContext<Person> }).context

interface Question {
  text?: string
  threadId?: string
  metadata?: Record<string, unknown>
  input?: Record<string, unknown>
}

/** Sends one message and gives every event of the answer. */
export async function ask<TContext>(
  server: ChatKitServer<TContext>,
  context: TContext,
  question: Question = {},
): Promise<ThreadStreamEvent[]> {
  const events: ThreadStreamEvent[] = []
  for await (const event of follow(server, context, question)) events.push(event)
  return events
}

/** As `ask`, event by event. */
export async function* follow<TContext>(
  server: ChatKitServer<TContext>,
  context: TContext,
  { text = 'Hello', threadId, metadata, input }: Question = {},
): AsyncGenerator<ThreadStreamEvent> {
  const message = { content: [{ type: 'input_text', text }], ...input }
  const body = threadId
    ? { type: 'threads.add_user_message', params: { thread_id: threadId, input: message }, metadata }
    : { type: 'threads.create', params: { input: message }, metadata }
  const reply = await server.process(body, context)
  if (reply.kind !== 'stream') throw new Error('expected a stream')
  yield* readEvents(reply.reader)
}

export function threadIdOf(events: ThreadStreamEvent[]): string {
  const created = events.find((event) => event.type === 'thread.created')
  if (!created) throw new Error('no thread was created')
  return created.thread.id
}

/** The thread as a client loads it. */
export async function loadThread<TContext>(server: ChatKitServer<TContext>, context: TContext, id: string) {
  const reply = await server.process({ type: 'threads.get_by_id', params: { thread_id: id } }, context)
  if (reply.kind !== 'json') throw new Error('expected JSON')
  return JSON.parse(reply.json) as Thread & { items: { data: { type: string }[] } }
}

/** The texts of the assistant's finished messages, in order. */
export function answers(events: ThreadStreamEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === 'thread.item.done' && event.item.type === 'assistant_message'
      ? [event.item.content.map((part) => part.text).join('')]
      : [],
  )
}

/** The texts of all deltas, joined. */
export function streamedText(events: ThreadStreamEvent[]): string {
  return events
    .map((event) =>
      event.type === 'thread.item.updated' &&
      event.update.type === 'assistant_message.content_part.text_delta'
        ? event.update.delta
        : '',
    )
    .join('')
}
