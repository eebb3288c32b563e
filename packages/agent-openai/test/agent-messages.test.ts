import { Agent, tool } from '@openai/agents'
import { functionCall, modelResponse, ScriptedModel, type ScriptedModelInput } from '@openai/agents/testing'
import { readEvents, type ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AgentChatKitServer, AgentChatKitServerOptions } from '../src/index.ts'
import { ada, type Person, scriptedServer } from './ask.ts'
import { streamed } from './model-events.ts'

const GERMAN = {
  approval_approve: 'Ja',
  approval_question: '{tool} ausführen?',
  approval_reject: 'Nein',
  approval_rejected: 'Abgelehnt.',
  thread_not_found: 'Diese Unterhaltung gibt es nicht.',
  tool_failed: 'Misslungen',
  too_many_steps: 'Das waren zu viele Schritte.',
}

const mail = tool({
  name: 'mail',
  description: 'Sends a mail.',
  parameters: z.object({}),
  needsApproval: true,
  execute: () => 'sent',
})

const broken = tool({
  name: 'broken',
  description: 'Fails.',
  parameters: z.object({}),
  execute: () => {
    throw new Error('no')
  },
})

function serverOf(script: ScriptedModelInput[], options: Partial<AgentChatKitServerOptions<Person>> = {}) {
  const agent = new Agent({ name: 'Tutor', model: new ScriptedModel(script), tools: [mail, broken] })
  return scriptedServer({ agent, messages: { de: GERMAN }, ...options }).server
}

async function send(server: AgentChatKitServer<Person>, request: object, locales = ['de-AT']) {
  const reply = await server.process(request, ada, { locales })
  if (reply.kind !== 'stream') throw new Error('expected a stream')
  const events: ThreadStreamEvent[] = []
  for await (const event of readEvents(reply.reader)) events.push(event)
  return events
}

const question = {
  type: 'threads.create',
  params: { input: { content: [{ type: 'input_text', text: 'Hello' }] } },
}

const widgetsIn = (events: ThreadStreamEvent[]): string =>
  JSON.stringify(events.filter((event) => 'item' in event && event.item.type === 'widget'))

describe('what the package says by itself', () => {
  it('is said in the language of the client: an approval, before and after it was decided', async () => {
    const server = serverOf([modelResponse([functionCall('mail', {}, { callId: 'c' })]), streamed('Gut.')])
    const asked = await send(server, question)
    for (const word of ['mail ausführen?', 'Ja', 'Nein']) expect(widgetsIn(asked)).toContain(word)
    expect(widgetsIn(asked)).not.toContain('Approve')
    const [created] = asked
    if (created?.type !== 'thread.created') throw new Error('expected a thread first')
    const next = {
      type: 'threads.add_user_message',
      params: { thread_id: created.thread.id, ...question.params },
    }
    expect(widgetsIn(await send(server, next))).toContain('Abgelehnt.')
  })

  it('is said in English where the language has no words, and as the application says where it does', async () => {
    const script = () => [modelResponse([functionCall('mail', {}, { callId: 'c' })])]
    expect(widgetsIn(await send(serverOf(script()), question, ['fr']))).toContain('Run mail?')
    const own = serverOf(script(), { approvals: { approve: 'Send it' } })
    const shown = widgetsIn(await send(own, question))
    expect(shown).toContain('Send it')
    expect(shown).toContain('Nein')
  })

  it('is said of a tool that failed', async () => {
    const server = serverOf([
      modelResponse([functionCall('broken', {}, { callId: 'c' })]),
      streamed('Leider nicht.'),
    ])
    expect(JSON.stringify(await send(server, question))).toContain('"content":"Misslungen"')
  })

  it('is said of an answer that cannot go on', async () => {
    const again = modelResponse([functionCall('broken', {}, { callId: 'c' })])
    const events = await send(serverOf([again], { maxTurns: 1 }), question)
    expect(events.find(({ type }) => type === 'error')).toMatchObject({
      message: 'Das waren zu viele Schritte.',
      allow_retry: true,
    })
  })

  it('stands in one catalogue with the words of core', async () => {
    const request = { type: 'threads.get_by_id', params: { thread_id: 'thr_none' } }
    const error: unknown = await serverOf([])
      .process(request, ada)
      .catch((thrown: unknown) => thrown)
    expect(serverOf([]).wordsOf(error as never, ['de'])).toBe('Diese Unterhaltung gibt es nicht.')
  })
})
