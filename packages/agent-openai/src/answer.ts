import { type Agent, Runner } from '@openai/agents'
import {
  type ActionTurn,
  type InferenceOptions,
  type Scope,
  StreamError,
  type ThreadItem,
  type ThreadStreamEvent,
  type Turn,
} from '@robolearn/chatkit-server-core'
import type { AgentChatKitServerOptions, AgentTurn, ChatKitAgent, TurnAgent } from './agent-chatkit-server.ts'
import { type AgentContext, createAgentContext } from './agent-context.ts'
import { sayTo } from './agent-messages.ts'
import { APPROVAL_ACTION, type ApprovalWords, decided as decidedWidget } from './approvals/approval-widget.ts'
import { askApprovals } from './approvals/ask-approvals.ts'
import { decideApproval, type DecidedRun, endAll } from './approvals/decide-approval.ts'
import { rejectPending } from './approvals/reject-pending.ts'
import { resumeRun } from './approvals/resume-run.ts'
import { blockedMessage, withoutBlocked } from './guardrails/blocked-message.ts'
import { GuardrailTrippedError } from './guardrails/guardrail-tripped-error.ts'
import { hiddenItem } from './hidden-item.ts'
import { loadHistory } from './history/load-history.ts'
import { withAppContext } from './inject-context/app-context.ts'
import { injectContext } from './inject-context/inject-context.ts'
import { keepToolCall } from './kept-tool-call.ts'
import { patientModel, patientProvider } from './models/patient-model.ts'
import { prepareAgent } from './prepare-agent.ts'
import { streamAgentResponse } from './stream-agent-response.ts'
import { toAgentInput } from './to-agent-input/to-agent-input.ts'
import { type LoadedAttachment, loadAttachments } from './to-agent-input/load-attachments.ts'
import { askClient, nextClientCalls } from './tools/client-calls.ts'
import { watchTools } from './tools/watch-tools.ts'
import { wholeMessage } from './translate/translate.ts'
import { turnRunOf } from './turn-run.ts'
import { providerWithUniqueCallIds, withUniqueCallIds } from './with-unique-call-ids.ts'

type Options<TContext> = AgentChatKitServerOptions<TContext>
type Events = AsyncGenerator<ThreadStreamEvent, void, undefined>

/** Answers a message, or goes on after a client tool's output or an answered form. */
export async function* answerTurn<TContext>(
  turn: Turn<TContext>,
  options: Options<TContext>,
  report: (error: Error) => void,
): Events {
  const items = withoutBlocked(await loadHistory(turn, options.history))
  if (turn.userMessage) yield* rejectPending(turn, items, approvalWords(turn, options))
  else {
    const waiting = await nextClientCalls(turn, items.toReversed())
    if (waiting.length > 0) {
      yield* await askClient(turn, waiting)
      return
    }
  }
  yield* runAgent(turn, options, { report, items })
}

/** Decides an approval, and goes on with the run where it was the last one. */
export async function* answerAction<TContext>(
  turn: ActionTurn<TContext>,
  options: Options<TContext>,
  report: (error: Error) => void,
): Events {
  if (turn.action.type !== APPROVAL_ACTION)
    throw new StreamError(sayTo(turn, options.messages)('action_unknown'))
  const { agent } = await agentOf(turn, options)
  const decided = yield* decideApproval(turn, { agent, words: approvalWords(turn, options) })
  if (!decided) return
  const sent = new Set(decided.stored.historyIds)
  const all = await loadHistory({ ...turn, userMessage: undefined }, options.history)
  const items = all.filter(({ id }) => sent.has(id))
  yield* runAgent(turn, options, { report, items, decided })
}

async function* runAgent<TContext>(
  turn: AgentTurn<TContext>,
  options: Options<TContext>,
  { report, items, decided }: { report: (error: Error) => void; items: ThreadItem[]; decided?: DecidedRun },
): Events {
  const { agent: original, transform } = await agentOf(turn, options)
  const context: AgentContext = createAgentContext(turn)
  // Whatever its output type is: what it is asked for here does not depend on it.
  const agent = prepareAgent(original, context, {
    ...allowed(inferenceOptions(turn, items), options),
    wrapModel: (model) => patientModel(withUniqueCallIds(model), options),
  }) as unknown as Agent<AgentContext>
  const runner = createRunner(options)
  const words = approvalWords(turn, options)
  const show =
    options.showTools === true || options.showTools === undefined ? {} : options.showTools || undefined
  const rejected = (decided?.stored.calls ?? []).filter(({ decision }) => decision === false)
  watchTools(runner, turnRunOf(context), {
    show,
    onFailure: report,
    say: words.say,
    rejected: rejected.map(({ callId }) => callId),
  })
  const { converters } = options
  const attachments = await attachmentsOf(turn, items, options)
  const input = injectContext(toAgentInput(items, { attachments, ...(converters && { converters }) }), turn)
  const filter = withAppContext((await options.context?.(turn)) ?? {})
  const runOptions = {
    stream: true as const,
    context,
    signal: turn.signal,
    ...(options.maxTurns !== undefined && { maxTurns: options.maxTurns }),
    ...(filter && { callModelInputFilter: filter }),
  }
  let resumed: Awaited<ReturnType<typeof resumeRun>> | undefined
  if (decided) {
    watchApproved(runner, turn, { decided, context, words })
    try {
      resumed = await resumeRun(agent, { stored: decided.stored, input, context })
    } catch (error) {
      report(error as Error)
      yield* endAll(turn, decided.stored, 'expired', words)
      return
    }
  }
  const result = await runner.run(agent, resumed ?? input, runOptions)
  const events = streamAgentResponse(turn, result, {
    keepToolCalls: true,
    ...(options.messages && { messages: options.messages }),
    ...options.response,
    context,
  })
  try {
    yield* transform ? transform(events) : events
    if (result.interruptions.length > 0 && !turn.signal.aborted) {
      yield* await askApprovals(turn, result, {
        agent: original,
        history: items,
        words,
        ttlMs: options.approvals?.ttlMs,
      })
    }
  } catch (error) {
    if (!GuardrailTrippedError.isInstance(error)) throw error
    yield* refused(turn, error, options)
  }
}

/** In place of what a guardrail refused; a message that it refused is hidden from the model from now on. */
function* refused<TContext>(
  turn: AgentTurn<TContext>,
  { kind, guardrail }: GuardrailTrippedError,
  { messages, guardrailMessage: text = sayTo(turn, messages)('guardrail_tripped') }: Options<TContext>,
): Generator<ThreadStreamEvent> {
  const { thread, generateId, now } = turn
  if (kind === 'input' && 'userMessage' in turn && turn.userMessage) {
    yield { type: 'thread.item.done', item: blockedMessage(turn, turn.userMessage.id) }
  }
  const words = typeof text === 'string' ? text : text({ kind, guardrail, turn })
  yield* wholeMessage([words], { threadId: thread.id, generateId, now })
}

/** Shows of each approved call that it has ended, as soon as it has, and keeps what came of it. */
function watchApproved<TContext>(
  runner: Runner,
  turn: AgentTurn<TContext>,
  {
    decided: { stored, widgets },
    context,
    words,
  }: { decided: DecidedRun; context: AgentContext; words: ApprovalWords },
): void {
  runner.on('agent_tool_end', (_context, _agent, _tool, output, { toolCall }) => {
    if (toolCall.type !== 'function_call') return
    const { callId, name, arguments: args } = toolCall
    const widget = stored.calls.some((call) => call.callId === callId) ? widgets.get(callId) : undefined
    if (!widget) return
    context.stream(decidedWidget(widget, 'done', words))
    // The stream of a run that goes on does not repeat the call, and so cannot keep it.
    const content = keepToolCall({ call_id: callId, name, arguments: args, output })
    context.stream({ type: 'thread.item.done', item: hiddenItem(turn, content) })
  })
}

/** How approvals are spoken of: as the application says, else in the language of the turn. */
function approvalWords<TContext>(
  turn: AgentTurn<TContext>,
  { approvals, messages }: Options<TContext>,
): ApprovalWords {
  return { ...approvals, say: sayTo(turn, messages) }
}

async function agentOf<TContext>(
  turn: AgentTurn<TContext>,
  { agent }: Options<TContext>,
): Promise<Exclude<TurnAgent<TContext>, ChatKitAgent<TContext>>> {
  const made = typeof agent === 'function' ? await agent(turn) : agent
  return 'agent' in made ? made : { agent: made }
}

/** What is attached to the messages of the history, as far as a model can be sent it. */
async function attachmentsOf<TContext>(
  { context }: AgentTurn<TContext>,
  items: readonly ThreadItem[],
  { attachmentStore, owner }: Options<TContext>,
): Promise<ReadonlyMap<string, LoadedAttachment>> {
  if (!attachmentStore) return new Map()
  const who = owner(context)
  const scope: Scope<TContext> = { ...(typeof who === 'string' ? { owner: who } : who), context }
  return loadAttachments(items, { read: (id) => attachmentStore.read(id, scope) })
}

/** A runner for each run: its hooks are the run's. */
function createRunner<TContext>(options: Options<TContext>): Runner {
  const { modelProvider = new Runner().config.modelProvider, tracing } = options
  return new Runner({
    modelProvider: patientProvider(providerWithUniqueCallIds(modelProvider), options),
    tracingDisabled: !tracing,
    traceIncludeSensitiveData: false,
    toolNotFoundBehavior: 'return_error_to_model',
  })
}

/** What the message that is being answered asks for; a turn that goes on asks for what its message did. */
function inferenceOptions<TContext>(
  turn: AgentTurn<TContext>,
  items: readonly ThreadItem[],
): InferenceOptions {
  const message = 'userMessage' in turn ? turn.userMessage : undefined
  const last = message ?? items.findLast((item) => item.type === 'user_message')
  return last?.inference_options ?? {}
}

/** Only what the application has listed: core refuses anything else, but without a list it refuses nothing. */
function allowed<TContext>(
  { model, tool_choice: tool }: InferenceOptions,
  { inferenceOptions: lists = {} }: Options<TContext>,
): { model?: string | undefined; toolChoice?: string | undefined } {
  return {
    model: model !== undefined && lists.models?.includes(model) ? model : undefined,
    toolChoice: tool && lists.toolChoices?.includes(tool.id) ? tool.id : undefined,
  }
}
