import {
  type Source,
  type StreamWidgetOptions,
  streamWidget,
  type Thread,
  type ThreadStreamEvent,
  type TurnBase,
  type WidgetRoot,
} from '@robolearn/chatkit-server-core'
import { hiddenItem } from './hidden-item.ts'
import {
  type EventInput,
  type TaskInput,
  toEvent,
  toTask,
  toWorkflow,
  type WorkflowInput,
} from './tool-input.ts'
import { callClientTool } from './tools/client-calls.ts'
import type { WorkflowEnd } from './translate/workflow.ts'
import { beginTurnRun } from './turn-run.ts'

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
  /**
   * Adds a task to the workflow that is open (the model's reasoning, too), or to a new one. Gives a key of it for
   * `updateTask`: its index is not known before what came earlier is in the answer.
   */
  readonly addTask: (task: TaskInput) => string
  /** Puts a task in the place of the one with this key, or index. Nothing where it is not there (any more). */
  readonly updateTask: (place: string | number, task: TaskInput) => void
  /** Ends the workflow that is open. The answer's first words, and whatever else is seen behind it, end it, too. */
  readonly endWorkflow: (end?: WorkflowEnd) => void
  /**
   * Asks the client for something that only it knows. Return what this gives from the tool: the turn ends behind the
   * tools that were called with it, and goes on with the client's answer as the output of this call. Calls that come
   * together are asked one after the other. Throws inside of a nested agent, whose run cannot be interrupted.
   */
  readonly callClientTool: (name: string, args?: Record<string, unknown>) => string
  /** Keeps a note in the thread that the model finds in later turns and no client sees. Rejects once the answer is over. */
  readonly remember: (text: string) => Promise<void>
  /** Adds a source to the next message that is finished. */
  readonly cite: (source: Source) => void
}

/**
 * The turn as tools may see it. A plain object whose members are not enumerable: the SDK serialises its context
 * with the state of a run and into traces, and finds `{}` there instead of sessions and secrets.
 */
export function createAgentContext<TContext>(turn: TurnBase<TContext>): AgentContext<TContext> {
  const context = {}
  const run = beginTurnRun(context, turn)
  const { channel } = run
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
    addTask: (task) => {
      const key = turn.generateId('tsk')
      channel.push({ type: 'task_add', key, task: toTask(task) })
      return key
    },
    updateTask: (place, task) => channel.push({ type: 'task_update', place, task: toTask(task) }),
    endWorkflow: (end = {}) => channel.push({ type: 'workflow_end', end }),
    callClientTool: (name, args = {}) => callClientTool(run, name, args),
    remember: (text) => turn.store.saveItem(turn.thread.id, hiddenItem(turn, text)),
    cite: (source) => void run.sources.push(source),
  }
  const hidden = Object.entries(members).map(([name, value]) => [name, { value, enumerable: false }])
  return Object.defineProperties(context, Object.fromEntries(hidden)) as AgentContext<TContext>
}
