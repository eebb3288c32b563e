import { Agent, tool } from '@openai/agents'
import { functionCall, modelResponse, ScriptedModel } from '@openai/agents/testing'
import type { ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AgentContext, createAgentContext } from '../src/index.ts'
import { aTurn } from './a-turn.ts'
import { ada, answers, ask, type Person, scriptedServer, threadIdOf } from './ask.ts'
import { streamed } from './model-events.ts'

type Do = (context: AgentContext<Person>) => unknown

/** A server whose agent calls one tool and then says "Done." */
function serverWithTool(execute: Do, options: Parameters<typeof scriptedServer>[0] = {}) {
  const model = new ScriptedModel([
    modelResponse([functionCall('act', {}, { callId: 'call_1' })]),
    streamed('Done.'),
    streamed('Later.'),
  ])
  const act = tool({
    name: 'act',
    description: 'Acts.',
    parameters: z.object({}),
    errorFunction: null,
    execute: async (_input, run) => (await execute(run?.context as AgentContext<Person>)) ?? 'acted',
  })
  const agent = new Agent({ name: 'Tutor', instructions: 'x', model, tools: [act] })
  return { ...scriptedServer({ agent, showTools: false, ...options }), model }
}

const workflowEvents = (events: ThreadStreamEvent[]): unknown[] =>
  events.flatMap((event): unknown[] => {
    if (event.type === 'thread.item.updated' && event.update.type.startsWith('workflow.'))
      return [event.update]
    if (event.type !== 'thread.item.added' && event.type !== 'thread.item.done') return []
    const { item } = event
    if (item.type === 'workflow') return [item.workflow]
    return item.type === 'assistant_message' && event.type === 'thread.item.added' ? ['message'] : []
  })

describe('the context of a tool', () => {
  it('serialises to nothing', () => {
    const context = createAgentContext(aTurn())
    expect(JSON.stringify(context)).toBe('{}')
    expect(Object.keys(context)).toEqual([])
    expect(Object.getPrototypeOf(context)).toBe(Object.prototype)
    expect(context.requestContext).toBe(ada)
  })

  it('puts events and widgets into the answer, in their order', async () => {
    const { server } = serverWithTool(async (context) => {
      context.stream({ type: 'progress_update', text: 'Searching' })
      await context.streamWidget({ type: 'Card', children: [] }, { copyText: 'card' })
      context.stream({ type: 'client_effect', name: 'highlight', data: { id: 'x' } })
    })
    const events = await ask(server, ada)
    const kinds = events
      .filter(({ type }) => type !== 'thread.item.updated' && type !== 'thread.updated')
      .map((event) => ('item' in event ? `${event.type} ${event.item.type}` : event.type))
    expect(kinds).toEqual([
      'thread.created',
      'thread.item.done user_message',
      'stream_options',
      'progress_update',
      'thread.item.done widget',
      'client_effect',
      'thread.item.added assistant_message',
      'thread.item.done assistant_message',
    ])
  })

  it('shows a workflow from its first task on, and ends it before the answer', async () => {
    const { server } = serverWithTool((context) => {
      context.startWorkflow({ type: 'custom' })
      const key = context.addTask({ type: 'custom', title: 'Reading', status_indicator: 'loading' })
      context.updateTask(key, { type: 'custom', title: 'Read', status_indicator: 'complete' })
      context.updateTask('unknown', { type: 'custom', title: 'Nobody', status_indicator: 'none' })
      context.addTask({ type: 'custom', title: 'Thinking', status_indicator: 'none' })
    })
    const reading = { type: 'custom', title: 'Reading', status_indicator: 'loading' }
    const read = { type: 'custom', title: 'Read', status_indicator: 'complete' }
    const thinking = { type: 'custom', title: 'Thinking', status_indicator: 'none' }
    expect(workflowEvents(await ask(server, ada))).toEqual([
      { type: 'custom', tasks: [reading], expanded: false },
      { type: 'workflow.task.updated', task_index: 0, task: read },
      { type: 'workflow.task.added', task_index: 1, task: thinking },
      { type: 'custom', tasks: [read, thinking], expanded: false, summary: { duration: expect.any(Number) } },
      'message',
    ])
  })

  it('ends a workflow with the words and the look that the tool gives it', async () => {
    const { server } = serverWithTool((context) => {
      context.addTask({ type: 'custom', title: 'Reading', status_indicator: 'none' })
      context.endWorkflow({ summary: { title: 'Read' }, expanded: true })
      context.endWorkflow()
      context.startWorkflow()
    })
    const task = { type: 'custom', title: 'Reading', status_indicator: 'none' }
    expect(workflowEvents(await ask(server, ada))).toEqual([
      { type: 'custom', tasks: [task], expanded: false },
      { type: 'custom', tasks: [task], expanded: true, summary: { title: 'Read' } },
      'message',
    ])
  })

  it('remembers a note that the model is sent later, as data, and no client ever', async () => {
    const { server, model } = serverWithTool((context) => context.remember('Ada prefers diagrams.'))
    const events = await ask(server, ada)
    expect(JSON.stringify(events)).not.toContain('diagrams')
    await ask(server, ada, { threadId: threadIdOf(events), text: 'And now?' })
    const sent = model.lastCall?.request.input as { role?: string; content?: unknown }[]
    const note = sent.find((entry) => JSON.stringify(entry).includes('Ada prefers diagrams.'))
    expect(note?.role).toBe('user')
    expect(JSON.stringify(note)).toContain('<note>')
    expect(model.lastCall?.request.systemInstructions).toBe('x')
  })

  it('adds a cited source to the next message, once', async () => {
    const source = { type: 'url' as const, url: 'https://course.example/dds', title: 'DDS' }
    const { server } = serverWithTool((context) => context.cite(source))
    const events = await ask(server, ada)
    const added = events.filter(
      (event) =>
        event.type === 'thread.item.updated' &&
        event.update.type === 'assistant_message.content_part.annotation_added',
    )
    expect(added).toMatchObject([
      { update: { content_index: 0, annotation_index: 0, annotation: { source, index: 5 } } },
    ])
    const done = events.findLast((event) => event.type === 'thread.item.done')
    expect(done).toMatchObject({ item: { content: [{ text: 'Done.', annotations: [{ source }] }] } })
  })

  it('refuses what a tool still writes once the answer was stopped', async () => {
    let late: Promise<unknown> | undefined
    const entered = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const { server, store } = serverWithTool(async (context) => {
      const lateWork = async (): Promise<void> => {
        await release.promise
        context.stream({ type: 'notice', level: 'info', message: 'late' })
        await context.remember('late')
      }
      late = lateWork()
      late.catch(() => {})
      entered.resolve()
      await release.promise
    })
    const running = ask(server, ada)
    await entered.promise
    const threads = await store.listThreads({ limit: 1, order: 'desc' }, { owner: ada.userId, context: ada })
    const threadId = threads.data[0]?.id ?? ''
    await server.process({ type: 'threads.stop', params: { thread_id: threadId } }, ada)
    const events = await running
    release.resolve()
    await expect(late).rejects.toThrow('not running any more')
    expect(JSON.stringify(events)).not.toContain('late')
    expect(answers(events)).toEqual([])
    const { data } = await store.listItems(
      threadId,
      { limit: 20, order: 'asc', include: 'all' },
      { owner: ada.userId, context: ada },
    )
    expect(JSON.stringify(data)).not.toContain('late')
  })
})
