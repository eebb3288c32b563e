import type {
  ClientToolCallItem,
  ThreadItem,
  ThreadStreamEvent,
  TurnBase,
} from '@robolearn/chatkit-server-core'
import type { ClientCall, TurnRun } from '../turn-run.ts'

/** How long the calls that wait behind a first one are kept. */
const WAITING_TTL_MS = 24 * 60 * 60 * 1000

/** Also what the model reads where another call of the same turn has to be approved first. */
const PLACEHOLDER = 'The page has not answered yet. If its answer is still needed, call this tool again.'

// Told apart by more than words, which a tool could say, too.
const placeholderOf = (name: string, number: number): string =>
  `${PLACEHOLDER} [client tool ${JSON.stringify(name)} #${number}]`

/** Notes a call for the client. Gives what the tool has to return. */
export function callClientTool(run: TurnRun, name: string, args: Record<string, unknown>): string {
  const running = [...run.running.values()]
  if (running.length > 0 && running.every(({ isAgent }) => isAgent)) throw insideNested(name)
  run.clientCalls.push({ name, arguments: args })
  return placeholderOf(name, run.clientCalls.length)
}

/** Whether this output only stands in for the client's. */
export function isPlaceholder(output: unknown): boolean {
  return typeof output === 'string' && output.startsWith(PLACEHOLDER)
}

/** What is needed of a result of a tool in the SDK's `toolUseBehavior`. */
export interface ToolOutput {
  tool: { name: string }
  output?: unknown
  callId: string | undefined
}

/**
 * Finds the model's call for each call of the client, by what the tool returned, else by its name. Gives whether
 * there is anything to ask the client. Throws where a call belongs to no tool of the answering agent.
 */
export function settleClientCalls(run: TurnRun, results: readonly ToolOutput[]): boolean {
  const taken = new Set<ToolOutput>()
  for (const [index, call] of run.clientCalls.entries()) {
    if (call.callId !== undefined) continue
    const placeholder = placeholderOf(call.name, index + 1)
    const result =
      results.find(({ output }) => output === placeholder) ??
      results.find((other) => other.tool.name === call.name && !taken.has(other))
    if (result?.callId === undefined) throw insideNested(call.name)
    taken.add(result)
    call.callId = result.callId
  }
  return run.clientCalls.length > 0
}

const insideNested = (name: string): Error =>
  new Error(
    `callClientTool(${JSON.stringify(name)}) was called inside of a nested agent, or by a tool that returned ` +
      'something else than what it gave. Only tools of the agent that answers, or that it hands over to, can ask the client.',
  )

/** The calls at the end of an answer: the first as an item, the others kept until it is answered. */
export async function askClient(
  turn: Pick<TurnBase<unknown>, 'thread' | 'store' | 'generateId' | 'now'>,
  calls: readonly ClientCall[],
): Promise<ThreadStreamEvent[]> {
  const [first, ...waiting] = calls
  if (!first) return []
  const item: ClientToolCallItem = {
    id: turn.generateId('tc'),
    thread_id: turn.thread.id,
    created_at: turn.now().toISOString(),
    type: 'client_tool_call',
    status: 'pending',
    call_id: first.callId ?? turn.generateId('tc'),
    name: first.name,
    arguments: first.arguments,
  }
  if (waiting.length > 0) {
    const value: Waiting = { after: item.id, calls: waiting }
    // Before the item: whoever answers it must find what comes next.
    await turn.store.saveState(keyOf(turn), value, WAITING_TTL_MS)
  }
  return [{ type: 'thread.item.done', item }]
}

interface Waiting {
  /** The item that has to be answered first. */
  after: string
  calls: ClientCall[]
}

/**
 * The calls that waited for the one that the client has just answered. Those that waited for another one are
 * forgotten: the user has moved on.
 */
export async function nextClientCalls(
  turn: Pick<TurnBase<unknown>, 'thread' | 'store'>,
  newestFirst: readonly ThreadItem[],
): Promise<ClientCall[]> {
  const answered = newestFirst.find((item) => item.type === 'client_tool_call')
  if (!answered) return []
  const waiting = (await turn.store.claimState(keyOf(turn))) as Waiting | undefined
  return waiting?.after === answered.id ? waiting.calls : []
}

const keyOf = ({ thread }: Pick<TurnBase<unknown>, 'thread'>): string => `client-calls:${thread.id}`
