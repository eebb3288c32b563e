import {
  type StreamWidgetOptions,
  streamWidget,
  type Thread,
  type ThreadStreamEvent,
  type Turn,
  type WidgetRoot,
} from '@robolearn/chatkit-server-core'
import { createToolChannel, type ToolChannel } from './tool-channel.ts'
import {
  type EventInput,
  type TaskInput,
  toEvent,
  toTask,
  toWorkflow,
  type WorkflowInput,
} from './tool-input.ts'
import type { WorkflowEnd } from './translate/workflow.ts'

/** What tools find as `context` in the SDK's `RunContext`. */
export interface AgentContext<TContext = unknown> {
  /** The thread that is being answered; changing its title or metadata in place saves them. */
  readonly thread: Thread
  /** What `authenticate` returned: who is asking. */
  readonly requestContext: TContext
  /** Fires when the answer is no longer wanted. */
  readonly signal: AbortSignal
  /**
   * Puts an event into the answer, behind everything that was said before. Throws where it is no event of the
   * protocol. Ignored once the answer is over.
   */
  readonly stream: (event: EventInput) => void
  /** Shows a widget; of several states, each as it comes. Resolves when the last was shown. */
  readonly streamWidget: (
    states: WidgetRoot | AsyncIterable<WidgetRoot> | Iterable<WidgetRoot>,
    options?: StreamWidgetOptions,
  ) => Promise<void>
  /** Opens a workflow, ending the one that is open. One without tasks appears with its first. */
  readonly startWorkflow: (workflow?: WorkflowInput) => void
  /** Adds a task to the workflow that is open (the model's reasoning, too), or to a new one. */
  readonly addTask: (task: TaskInput) => void
  /** Puts a task in the place of the one with this index. */
  readonly updateTask: (index: number, task: TaskInput) => void
  /** Ends the workflow that is open. The answer's first words, and whatever else is seen behind it, end it, too. */
  readonly endWorkflow: (end?: WorkflowEnd) => void
}

// Not a member: whatever a tool can reach, it can also log.
const channels = new WeakMap<object, ToolChannel>()

/** Where the context's events come out; undefined for an object that `createAgentContext` did not make. */
export function channelOf(context: object): ToolChannel | undefined {
  return channels.get(context)
}

/**
 * The turn as tools may see it. A plain object whose members are not enumerable: the SDK serialises its context
 * with the state of a run and into traces, and finds `{}` there instead of sessions and secrets.
 */
export function createAgentContext<TContext>(
  turn: Pick<Turn<TContext>, 'thread' | 'context' | 'signal' | 'generateId' | 'now'>,
): AgentContext<TContext> {
  const channel = createToolChannel()
  const stream = (event: ThreadStreamEvent): void => channel.push({ type: 'thread_event', event })
  const members: AgentContext<TContext> = {
    thread: turn.thread,
    requestContext: turn.context,
    signal: turn.signal,
    stream: (event) => stream(toEvent(event)),
    streamWidget: async (states, options) => {
      for await (const event of streamWidget(turn, states, options)) stream(event)
    },
    startWorkflow: (workflow = {}) =>
      channel.push({ type: 'workflow_start', workflow: toWorkflow(workflow) }),
    addTask: (task) => channel.push({ type: 'task_add', task: toTask(task) }),
    updateTask: (index, task) => channel.push({ type: 'task_update', index, task: toTask(task) }),
    endWorkflow: (end = {}) => channel.push({ type: 'workflow_end', end }),
  }
  const hidden = Object.entries(members).map(([name, value]) => [name, { value, enumerable: false }])
  const context = Object.defineProperties({}, Object.fromEntries(hidden)) as AgentContext<TContext>
  channels.set(context, channel)
  return context
}
