import {
  type Source,
  streamWidget,
  type StreamWidgetOptions,
  type Task,
  type Thread,
  type ThreadStreamEvent,
  type TurnBase,
  type WidgetRoot,
  type Workflow,
  type WorkflowSummary,
} from '@robolearn/chatkit-server-core'
import { callClientTool } from './tools/client-calls.ts'
import { beginTurnRun } from './turn-run.ts'

/** What tools find as `context` in the SDK's `RunContext`. */
export interface AgentContext<TContext = unknown> {
  /** The thread that is being answered; changing its title or metadata in place saves them. */
  readonly thread: Thread
  /** What `authenticate` returned: who is asking. */
  readonly requestContext: TContext
  /** Fires when the answer is no longer wanted. */
  readonly signal: AbortSignal
  /** Puts an event into the answer, behind what the model has said so far. Once the answer is over, it is dropped. */
  readonly stream: (event: ThreadStreamEvent) => void
  /** Shows a widget, or one that grows: see core's `streamWidget`. Resolves when its last state is in the answer. */
  readonly streamWidget: (
    states: WidgetRoot | AsyncIterable<WidgetRoot> | Iterable<WidgetRoot>,
    options?: StreamWidgetOptions,
  ) => Promise<void>
  /** Begins a list of tasks, which is shown from its first task on. One that is open is ended. */
  readonly startWorkflow: (workflow?: Partial<Pick<Workflow, 'type' | 'tasks' | 'expanded'>>) => void
  /** Adds a task to the list under way, or begins one. Gives the key by which `updateTask` finds it. */
  readonly addTask: (task: Task) => string
  readonly updateTask: (key: string, task: Task) => void
  /** Ends the list. Without it, it ends when the answer goes on with words; without a summary, it tells how long it took. */
  readonly endWorkflow: (end?: { summary?: WorkflowSummary; expanded?: boolean }) => void
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
  const run = beginTurnRun(context, turn as TurnBase<unknown>)
  const { queue } = run
  const members: AgentContext<TContext> = {
    thread: turn.thread,
    requestContext: turn.context,
    signal: turn.signal,
    stream: (event) => queue.push({ from: 'tool', event }),
    streamWidget: async (states, options) => {
      for await (const event of streamWidget(turn, states, options)) queue.push({ from: 'tool', event })
    },
    startWorkflow: (workflow = {}) => queue.push({ from: 'workflow', change: { type: 'start', workflow } }),
    addTask: (task) => {
      const key = turn.generateId('tsk')
      queue.push({ from: 'workflow', change: { type: 'add', key, task } })
      return key
    },
    updateTask: (key, task) => queue.push({ from: 'workflow', change: { type: 'update', key, task } }),
    endWorkflow: (end = {}) => queue.push({ from: 'workflow', change: { type: 'end', ...end } }),
    callClientTool: (name, args = {}) => callClientTool(run, name, args),
    remember: (content) =>
      turn.store.saveItem(turn.thread.id, {
        id: turn.generateId('shcx'),
        thread_id: turn.thread.id,
        created_at: turn.now().toISOString(),
        type: 'hidden_context_item',
        content,
      }),
    cite: (source) => void run.sources.push(source),
  }
  const hidden = Object.entries(members).map(([name, value]) => [name, { value, enumerable: false }])
  return Object.defineProperties(context, Object.fromEntries(hidden)) as AgentContext<TContext>
}
