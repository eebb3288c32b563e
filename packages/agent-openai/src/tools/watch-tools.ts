import type { Runner } from '@openai/agents'
import type { TurnBase } from '@robolearn/chatkit-server-core'
import type { SayMessage } from '../agent-messages.ts'
import type { TurnRun } from '../turn-run.ts'

export interface ShownTool {
  /** The tool's name. */
  name: string
  /** Where the tool is, or how it ended. */
  state: 'running' | 'done' | 'failed'
  /** The turn, for a label in the language of who is asking. */
  turn: TurnBase<unknown>
}

/** What a tool is called while a user watches it work. */
export type ToolLabel = string | ((tool: ShownTool) => string)

export interface ShowToolsOptions {
  /** By the tool's name. Default: its name as words. */
  labels?: Record<string, ToolLabel>
  /** What is shown when another agent takes over. Default: `Handed over to` and its name. */
  handOffLabel?: (agent: { name: string; turn: TurnBase<unknown> }) => string
}

/** What the SDK gives as a tool's output where the tool has thrown, its arguments were wrong, or it took too long. */
const FAILURES = [
  /^An error occurred while running the tool\. Please try again\./,
  /^Tool '[^']*' timed out after \d+ms\.$/,
]

interface WatchToolsOptions {
  show: ShowToolsOptions | undefined
  onFailure: (error: Error) => void
  say: SayMessage
  /** The calls that the user has rejected: they have an output, too, and nothing has failed. */
  rejected: readonly string[]
}

/**
 * Shows what the tools of a run do as tasks of a workflow, and tells which failed. A runner for each run: its hooks tell
 * of every start and end, throws and timeouts included, and of nothing inside nested agents.
 */
export function watchTools(
  runner: Pick<Runner, 'on'>,
  run: TurnRun,
  { show, onFailure, say, rejected }: WatchToolsOptions,
): void {
  const { turn, channel } = run
  const keys = new Map<string, string>()
  const ended = new Set(rejected)
  const fail = (name: string, callId: string): void =>
    onFailure(new Error(`Tool "${name}" failed (call ${callId}); the model was told so.`))
  // Where there is no such tool, or its arguments are no JSON, the SDK starts nothing and only gives the model a text.
  run.observe = (event) => {
    if (event.type !== 'run_item_stream_event' || event.name !== 'tool_output') return
    const { rawItem } = event.item
    if (rawItem?.type !== 'function_call_result' || ended.has(rawItem.callId)) return
    fail(rawItem.name, rawItem.callId)
    if (show)
      channel.push({
        type: 'task_add',
        task: taskOf({ show, say }, { name: rawItem.name, state: 'failed', turn }),
      })
  }
  runner.on('agent_tool_start', (_context, _agent, tool, { toolCall }) => {
    const callId = callIdOf(toolCall)
    run.running.set(callId, { isAgent: 'on' in tool })
    if (!show) return
    const key = turn.generateId('tsk')
    keys.set(callId, key)
    const task = taskOf({ show, say }, { name: tool.name, state: 'running', turn })
    channel.push({ type: 'task_add', key, task })
  })
  runner.on('agent_tool_end', (_context, _agent, tool, result, { toolCall }) => {
    const callId = callIdOf(toolCall)
    run.running.delete(callId)
    ended.add(callId)
    const failed = FAILURES.some((pattern) => pattern.test(result))
    if (failed) fail(tool.name, callId)
    const key = keys.get(callId)
    if (show && key !== undefined) {
      const task = taskOf({ show, say }, { name: tool.name, state: failed ? 'failed' : 'done', turn })
      channel.push({ type: 'task_update', place: key, task })
    }
  })
  runner.on('agent_handoff', (_context, _from, to) => {
    if (!show) return
    const title = show.handOffLabel?.({ name: to.name, turn }) ?? say('handed_over', { agent: to.name })
    const task = { type: 'custom' as const, title, status_indicator: 'complete' as const }
    channel.push({ type: 'task_add', task })
  })
}

function taskOf({ show, say }: { show: ShowToolsOptions; say: SayMessage }, tool: ShownTool) {
  const { labels = {} } = show
  const label = Object.hasOwn(labels, tool.name) ? labels[tool.name] : undefined
  const title = typeof label === 'function' ? label(tool) : (label ?? words(tool.name))
  return {
    type: 'custom' as const,
    title,
    // A label that is a function says by itself that something went wrong.
    ...(tool.state === 'failed' && typeof label !== 'function' ? { content: say('tool_failed') } : {}),
    status_indicator: tool.state === 'running' ? ('loading' as const) : ('complete' as const),
  }
}

/** `search_the_course` → `Search the course`. */
function words(name: string): string {
  const text = name.replaceAll(/[_-]+/g, ' ').trim()
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function callIdOf(toolCall: object): string {
  const { callId } = toolCall as { callId?: unknown }
  return typeof callId === 'string' ? callId : ''
}
