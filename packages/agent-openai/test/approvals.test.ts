import { Agent, handoff, tool } from '@openai/agents'
import { functionCall, modelResponse, ScriptedModel, type ScriptedModelInput } from '@openai/agents/testing'
import {
  MemoryStore,
  readEvents,
  type ThreadStreamEvent,
  type WidgetItem,
} from '@robolearn/chatkit-server-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AgentChatKitServer, type AgentChatKitServerOptions } from '../src/index.ts'
import { ada, answers, ask, type Person, threadIdOf } from './ask.ts'
import { streamed } from './model-events.ts'
import { inputOf, received } from './received.ts'

const SECRET_TITLE = 'ROS 2 — روبوٹ 🤖'
const metadata = { page: { title: SECRET_TITLE }, selection: 'marked by Ada' }

interface Sent {
  to: string
}

/** A process of a server: its agent sends mails, which has to be approved. Several can share a store. */
function startServer(
  script: ScriptedModelInput[],
  {
    store = new MemoryStore<Person>(),
    name = 'Tutor',
    parameters = z.object({ to: z.string() }),
    send = async () => 'sent',
    ...options
  }: Partial<AgentChatKitServerOptions<Person>> & {
    name?: string
    parameters?: z.ZodObject
    send?: (sent: Sent) => Promise<string>
  } = {},
) {
  const sent: Sent[] = []
  const model = new ScriptedModel(script)
  const mail = tool({
    name: 'send_mail',
    description: 'Sends a mail.',
    parameters,
    needsApproval: true,
    execute: async (args) => {
      sent.push(args as unknown as Sent)
      return send(args as unknown as Sent)
    },
  })
  const errors: unknown[] = []
  const server = new AgentChatKitServer<Person>({
    store,
    owner: (person) => person.userId,
    agent: new Agent({ name, instructions: 'x', model, tools: [mail] }),
    showTools: false,
    hooks: { onError: (error) => errors.push(error) },
    ...options,
  })
  return { server, store: store as MemoryStore<Person>, sent, model, errors }
}

const call = (to: string, callId = `call_${to}`) => functionCall('send_mail', { to }, { callId })
const calls = (...to: string[]) => modelResponse(to.map((one) => call(one)))

const widgets = (events: ThreadStreamEvent[]): WidgetItem[] =>
  events.flatMap((event) =>
    (event.type === 'thread.item.done' || event.type === 'thread.item.replaced') &&
    event.item.type === 'widget'
      ? [event.item]
      : [],
  )

const statusOf = (item: WidgetItem | undefined) => item?.widget.key

interface Button {
  id: string
  onClickAction: { type: string; payload: Record<string, unknown> }
}

function button(item: WidgetItem | undefined, id: 'approve' | 'reject') {
  const rows = (item?.widget as { children?: { children?: Button[] }[] } | undefined)?.children ?? []
  const found = rows.flatMap(({ children = [] }) => children).find((one) => one.id === id)
  if (!found) throw new Error(`the widget has no button "${id}"`)
  return found.onClickAction
}

async function click(
  server: AgentChatKitServer<Person>,
  item: WidgetItem | undefined,
  action: { type: string; payload: Record<string, unknown> },
  { person = ada, metadata: sent = {} }: { person?: Person; metadata?: Record<string, unknown> } = {},
): Promise<ThreadStreamEvent[]> {
  const params = { thread_id: item?.thread_id, item_id: item?.id, action }
  const reply = await server.process({ type: 'threads.custom_action', params, metadata: sent }, person)
  if (reply.kind !== 'stream') throw new Error('expected a stream')
  const events: ThreadStreamEvent[] = []
  for await (const event of readEvents(reply.reader)) events.push(event)
  return events
}

const decide = (server: AgentChatKitServer<Person>, item: WidgetItem | undefined, id: 'approve' | 'reject') =>
  click(server, item, button(item, id))

describe('a tool that has to be approved', () => {
  it('asks, runs once when it is approved, and the answer goes on', async () => {
    const { server, sent, errors } = startServer([calls('bob'), streamed('It is sent.')])
    const asked = widgets(await ask(server, ada, { text: 'Mail Bob' }))
    expect(asked.map(statusOf)).toEqual(['approval-pending'])
    expect(JSON.stringify(asked)).toContain('send_mail')
    expect(sent).toEqual([])

    const events = await decide(server, asked[0], 'approve')
    expect(sent).toEqual([{ to: 'bob' }])
    expect(widgets(events).map(statusOf)).toEqual(['approval-approved', 'approval-done'])
    expect(widgets(events).every(({ id }) => id === asked[0]?.id)).toBe(true)
    expect(answers(events)).toEqual(['It is sent.'])
    expect(errors).toEqual([])
  })

  it.each([
    ['the arguments, where the server says nothing of them', {}, '{"to":"bob"}'],
    ['what the server says of the call', { details: () => 'To Bob, at once.' }, 'To Bob, at once.'],
    ['nothing, where the server wants nothing there', { details: () => undefined }, undefined],
  ])('shows %s below the question, and still when it is decided', async (_what, approvals, expected) => {
    const { server } = startServer([calls('bob'), streamed('It is sent.')], { approvals })
    const [asked] = widgets(await ask(server, ada))
    const events = await decide(server, asked, 'approve')
    const shown = [asked, ...widgets(events)].flatMap((item) => item ?? [])
    expect(shown).toHaveLength(3)
    for (const { widget } of shown) {
      const { children } = widget as unknown as { children: { id: string; value?: string }[] }
      const last = widget.key === 'approval-pending' ? 'buttons' : 'status'
      expect(children.map(({ id }) => id)).toEqual(
        expected === undefined ? ['question', last] : ['question', 'arguments', last],
      )
      expect(children.find(({ id }) => id === 'arguments')?.value).toBe(expected)
    }
  })

  it('does not run when it is rejected, and the model is told', async () => {
    const { server, sent, model, errors } = startServer([calls('bob'), streamed('Then not.')])
    const [asked] = widgets(await ask(server, ada))
    const events = await decide(server, asked, 'reject')
    // A wish of the user is no failure: neither to whoever runs the server nor in what is shown.
    expect(errors).toEqual([])
    expect(JSON.stringify(events)).not.toContain('Failed')
    expect(sent).toEqual([])
    expect(widgets(events).map(statusOf)).toEqual(['approval-rejected'])
    expect(answers(events)).toEqual(['Then not.'])
    expect(JSON.stringify(model.lastCall?.request.input)).toContain('not approved')
  })

  it('waits for every decision where several are asked for', async () => {
    const { server, sent, model } = startServer([calls('bob', 'eve', 'kim'), streamed('Two are sent.')])
    const asked = widgets(await ask(server, ada))
    expect(asked).toHaveLength(3)
    expect(widgets(await decide(server, asked[1], 'reject')).map(statusOf)).toEqual(['approval-rejected'])
    expect(widgets(await decide(server, asked[0], 'approve')).map(statusOf)).toEqual(['approval-approved'])
    expect(sent).toEqual([])
    expect(model.calls).toHaveLength(1)
    const events = await decide(server, asked[2], 'approve')
    expect(sent).toEqual([{ to: 'bob' }, { to: 'kim' }])
    expect(answers(events)).toEqual(['Two are sent.'])
  })

  it('survives a restart', async () => {
    const before = startServer([calls('bob')])
    const [asked] = widgets(await ask(before.server, ada, { text: 'Mail Bob' }))
    await before.server.close()
    const after = startServer([streamed('It is sent.')], { store: before.store })
    expect(answers(await decide(after.server, asked, 'approve'))).toEqual(['It is sent.'])
    expect([before.sent, after.sent]).toEqual([[], [{ to: 'bob' }]])
    // The model finds the conversation as it was, with the message once and the call beside its output.
    const kinds = inputOf<{ type?: string; role?: string }>(after.model).map(({ type, role }) => role ?? type)
    expect(kinds).toEqual(['user', 'function_call', 'function_call_result'])
    expect(received(after.model)[0]?.messages[0]?.text).toBe('Mail Bob')
  })

  it('runs once, to its end, when the button is pressed again while it runs', async () => {
    const entered = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<string>()
    const { server, sent, errors } = startServer([calls('bob'), streamed('It is sent.')], {
      send: async () => {
        entered.resolve()
        return gate.promise
      },
    })
    const [asked] = widgets(await ask(server, ada))
    const first = decide(server, asked, 'approve')
    await entered.promise
    const second = decide(server, asked, 'approve')
    const rejected = decide(server, asked, 'reject')
    await expect.poll(() => server.counters().waiting).toBe(2)
    gate.resolve('sent')
    expect(widgets(await first).map(statusOf)).toEqual(['approval-approved', 'approval-done'])
    expect(answers(await first)).toEqual(['It is sent.'])
    for (const late of [await second, await rejected]) {
      expect(late).toContainEqual(expect.objectContaining({ type: 'notice', level: 'info' }))
      expect(answers(late)).toEqual([])
    }
    expect(sent).toEqual([{ to: 'bob' }])
    expect(errors).toEqual([])
  })

  it('runs once when the button is pressed twice at the same moment', async () => {
    const { server, sent } = startServer([calls('bob'), streamed('It is sent.')])
    const [asked] = widgets(await ask(server, ada))
    const results = await Promise.all([decide(server, asked, 'approve'), decide(server, asked, 'approve')])
    expect(results.flatMap(answers)).toEqual(['It is sent.'])
    expect(sent).toEqual([{ to: 'bob' }])
  })

  it('tells that it was decided before, and runs nothing', async () => {
    const { server, sent } = startServer([calls('bob'), streamed('It is sent.')])
    const [asked] = widgets(await ask(server, ada))
    await decide(server, asked, 'approve')
    const events = await decide(server, asked, 'approve')
    expect(events).toContainEqual(expect.objectContaining({ type: 'notice', level: 'info' }))
    expect(sent).toHaveLength(1)
  })

  it('tells that the outcome is unknown where the process was lost in the middle of the tool', async () => {
    const entered = Promise.withResolvers<void>()
    const before = startServer([calls('bob')], {
      send: async () => {
        entered.resolve()
        // As if the process had been killed: nothing comes of it any more.
        return new Promise(() => {})
      },
      limits: { idleMs: 2_000_000, maxRunMs: 2_000_000 },
    })
    const [asked] = widgets(await ask(before.server, ada))
    const lost = decide(before.server, asked, 'approve')
    lost.catch(() => {})
    await entered.promise
    // Another process finds the run of a dead one and ends it; here by the store alone.
    const scope = { owner: ada.userId, context: ada }
    const run = await before.store.activeRun(asked?.thread_id ?? '', scope)
    if (!run) throw new Error('there is no run')
    await before.store.closeRun(run, { status: 'interrupted', items: [], entries: [] })

    const after = startServer([], { store: before.store })
    const events = await decide(after.server, asked, 'approve')
    expect(widgets(events).map(statusOf)).toEqual(['approval-unknown'])
    expect(JSON.stringify(widgets(events))).toContain('outcome is unknown')
    expect([before.sent.length, after.sent.length]).toEqual([1, 0])
  })

  it.each([
    ['the agent has another name', { name: 'Teacher' }],
    ['the tool takes other parameters', { parameters: z.object({ to: z.string(), cc: z.string() }) }],
  ])('is shown as expired, and runs nothing, where %s after a restart', async (_what, changed) => {
    const before = startServer([calls('bob')])
    const [asked] = widgets(await ask(before.server, ada))
    const after = startServer([], { store: before.store, ...changed })
    const events = await decide(after.server, asked, 'approve')
    expect(widgets(events).map(statusOf)).toEqual(['approval-expired'])
    expect([before.sent, after.sent]).toEqual([[], []])
  })

  it('is shown as expired where the state is of a newer SDK', async () => {
    const { server, store, sent } = startServer([calls('bob')])
    const [asked] = widgets(await ask(server, ada))
    const scope = { owner: ada.userId, context: ada }
    const key = `approval:${asked?.widget.id}`
    const stored = (await store.claimState(key, scope)) as { state: object }
    await store.saveState(
      key,
      { ...stored, state: { ...stored.state, $schemaVersion: '99.0' } },
      60_000,
      scope,
    )
    expect(widgets(await decide(server, asked, 'approve')).map(statusOf)).toEqual([
      'approval-approved',
      'approval-expired',
    ])
    expect(sent).toEqual([])
  })

  it('expires', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z')
    const { server, sent } = startServer([calls('bob')], {
      clock: () => new Date(now),
      approvals: { ttlMs: 60_000, status: { expired: 'Zu spät.' } },
    })
    const [asked] = widgets(await ask(server, ada))
    now += 60_001
    const events = await decide(server, asked, 'approve')
    expect(widgets(events).map(statusOf)).toEqual(['approval-expired'])
    expect(JSON.stringify(events)).toContain('Zu spät.')
    expect(sent).toEqual([])
  })

  it('is rejected by a new message', async () => {
    const { server, sent } = startServer([calls('bob', 'eve'), streamed('Something else.')])
    const events = await ask(server, ada)
    const asked = widgets(events)
    await decide(server, asked[0], 'approve')
    const next = await ask(server, ada, { threadId: threadIdOf(events), text: 'Never mind' })
    expect(widgets(next).map(statusOf)).toEqual(['approval-rejected', 'approval-rejected'])
    expect(answers(next)).toEqual(['Something else.'])
    await decide(server, asked[1], 'approve')
    expect(sent).toEqual([])
  })

  it('cannot be approved by another owner, with other arguments, for another call, or without its widget', async () => {
    const { server, sent, errors } = startServer([calls('bob', 'eve'), streamed('Sent.')])
    const [bob, eve] = widgets(await ask(server, ada))
    const { type, payload } = button(bob, 'approve')
    await expect(click(server, bob, { type, payload }, { person: { userId: 'eve' } })).rejects.toMatchObject({
      code: 'thread_not_found',
    })
    const forged: [WidgetItem | undefined, Record<string, unknown>][] = [
      [bob, { ...payload, arguments_hash: 'x' }],
      [bob, { ...payload, call_id: 'call_eve' }],
      [eve, payload],
      [bob, { ...payload, approval: 'other' }],
      [bob, { ...payload, approve: 'yes' }],
    ]
    for (const [item, wrong] of forged) {
      const events = await click(server, item, { type, payload: wrong })
      expect(widgets(events)).toEqual([])
      expect(events.at(-1)).toMatchObject({
        type: 'error',
        message: 'This is not something that can be approved.',
      })
    }
    expect(sent).toEqual([])
    expect(errors.length).toBeGreaterThan(0)
    // None of it has used the approval up.
    await decide(server, bob, 'approve')
    await decide(server, eve, 'reject')
    expect(sent).toEqual([{ to: 'bob' }])
  })

  it('stores nothing of the page, the context or the instructions', async () => {
    const { server, store } = startServer([calls('bob')], { context: () => ({ plan: 'secret-plan' }) })
    const [asked] = widgets(
      await ask(server, { ...ada, token: 'secret-token' } as Person, { text: 'Mail Bob', metadata }),
    )
    const stored = JSON.stringify(
      await store.claimState(`approval:${asked?.widget.id}`, { owner: ada.userId, context: ada }),
    )
    expect(stored).toContain('send_mail')
    for (const secret of [
      SECRET_TITLE,
      'marked by Ada',
      'secret-plan',
      'secret-token',
      'untrusted_data',
      'Mail Bob',
    ]) {
      expect(stored).not.toContain(secret)
    }
  })

  it('goes on with the page as it is when it is approved', async () => {
    const { server, model } = startServer([calls('bob'), streamed('Sent.')])
    const [asked] = widgets(
      await ask(server, ada, { text: 'Mail Bob', metadata: { page: { title: 'Before' } } }),
    )
    await click(server, asked, button(asked, 'approve'), { metadata })
    const texts =
      received(model)
        .at(-1)
        ?.messages.map(({ text }) => text) ?? []
    expect(texts[0]).toContain(SECRET_TITLE)
    expect(texts.join()).not.toContain('Before')
    expect(texts[1]).toBe('Mail Bob')
  })

  it('may belong to an agent that was handed over to', async () => {
    const sent: string[] = []
    const model = new ScriptedModel([
      modelResponse([functionCall('transfer_to_Post', {}, { callId: 'h' })]),
      calls('bob'),
      streamed('Sent.'),
    ])
    const mail = tool({
      name: 'send_mail',
      description: 'Sends a mail.',
      parameters: z.object({ to: z.string() }),
      needsApproval: async (_run, { to }) => to === 'bob',
      execute: async ({ to }) => {
        sent.push(to)
        return 'sent'
      },
    })
    const post = new Agent({ name: 'Post', instructions: 'x', model, tools: [mail] })
    const agent = new Agent({ name: 'Tutor', instructions: 'x', model, handoffs: [handoff(post)] })
    const { server } = startServer([], { agent })
    const [asked] = widgets(await ask(server, ada))
    expect(answers(await decide(server, asked, 'approve'))).toEqual(['Sent.'])
    expect(sent).toEqual(['bob'])
  })

  it('answers no other action', async () => {
    const { server } = startServer([calls('bob')])
    const [asked] = widgets(await ask(server, ada))
    const events = await click(server, asked, { type: 'something.else', payload: {} })
    expect(events.at(-1)).toMatchObject({ type: 'error', message: 'This action is not known here.' })
  })
})
