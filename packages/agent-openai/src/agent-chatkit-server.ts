import { type Agent, type ModelProvider, Runner } from '@openai/agents'
import {
  ChatKitServer,
  type ChatKitServerOptions,
  type Scope,
  type ThreadItem,
  type ThreadStreamEvent,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { type AgentContext, createAgentContext } from './agent-context.ts'
import { type HistoryOptions, loadHistory } from './history/load-history.ts'
import { type AppContext, withAppContext } from './inject-context/app-context.ts'
import { injectContext } from './inject-context/inject-context.ts'
import { nameThread } from './name-thread.ts'
import { streamAgentResponse, type StreamAgentOptions } from './stream-agent-response.ts'
import type { ItemConverters } from './to-agent-input/conversion.ts'
import { type LoadedAttachment, loadAttachments } from './to-agent-input/load-attachments.ts'
import { toAgentInput } from './to-agent-input/to-agent-input.ts'
import { toStreamError } from './to-stream-error.ts'
import { providerWithUniqueCallIds } from './with-unique-call-ids.ts'

const TEXT_DELTA = 'assistant_message.content_part.text_delta'

// Agents of different output types are not assignable to one another: this is what the SDK's own run() takes.
type AnyOutput = Parameters<Runner['run']>[0]['outputType']

/** An agent whose tools know this package's context, or none at all. */
export type ChatKitAgent<TContext> = Agent<AgentContext<TContext>, AnyOutput> | Agent<unknown, AnyOutput>

/** What answers one turn: an agent, and what its events pass through at last (citations, say). */
export type TurnAgent<TContext> =
  | ChatKitAgent<TContext>
  | {
      agent: ChatKitAgent<TContext>
      transform?: (events: AsyncIterable<ThreadStreamEvent>) => AsyncIterable<ThreadStreamEvent>
    }

export interface AgentChatKitServerOptions<TContext> extends ChatKitServerOptions<TContext> {
  /**
   * The agent, or a function that makes what answers one turn, for whatever belongs to that turn alone: tools
   * that act for who is asking, a search and the citations that come of it.
   */
  agent:
    | ChatKitAgent<TContext>
    | ((turn: Turn<TContext>) => TurnAgent<TContext> | Promise<TurnAgent<TContext>>)
  /** Facts that the application knows by itself, for the agent's instructions. See `AppContext` for what may be in it. */
  context?: (turn: Turn<TContext>) => AppContext | Promise<AppContext>
  /** How much of the thread the model is sent. */
  history?: HistoryOptions
  /** Converters of thread items to model input, in place of this package's own, by the item's type. */
  converters?: Partial<ItemConverters>
  /** How the agent's stream becomes events: citations, generated images. */
  response?: Omit<StreamAgentOptions, 'context'>
  /** Where models that are given by name come from. Default: OpenAI, with `OPENAI_API_KEY`. */
  modelProvider?: ModelProvider
  /**
   * Whether runs are traced with the SDK's trace processors, which by default send to OpenAI, whatever model is
   * used. Default false. Inputs and outputs are left out of the traces, but for those of agents that are used as
   * tools (`asTool`), which set that for themselves.
   */
  tracing?: boolean
}

/**
 * A ChatKit server whose answers come from an agent of the OpenAI Agents SDK: history, the page's context, the
 * run, its events, and a title for the thread (the first six words). The agent's model, tools, hand-offs and
 * settings are the SDK's own affair; tools find an `AgentContext` as their `context`.
 */
export class AgentChatKitServer<TContext> extends ChatKitServer<TContext> {
  readonly #options: AgentChatKitServerOptions<TContext>
  readonly #runner: Runner

  constructor(options: AgentChatKitServerOptions<TContext>) {
    super(options)
    this.#options = options
    this.#runner = new Runner({
      modelProvider: providerWithUniqueCallIds(options.modelProvider ?? new Runner().config.modelProvider),
      tracingDisabled: !options.tracing,
      traceIncludeSensitiveData: false,
    })
  }

  override async *respond(turn: Turn<TContext>): AsyncGenerator<ThreadStreamEvent, void, undefined> {
    try {
      for await (const event of this.#answer(turn)) {
        yield event
        // Only now, so that no part of the answer waits for the title to be saved before the first words are out.
        if (event.type === 'thread.item.updated' && event.update.type === TEXT_DELTA) nameThread(turn)
      }
    } catch (error) {
      throw toStreamError(error)
    } finally {
      nameThread(turn)
    }
  }

  async *#answer(turn: Turn<TContext>): AsyncGenerator<ThreadStreamEvent, void, undefined> {
    const { agent, context, converters, history, response } = this.#options
    const items = await loadHistory(turn, history)
    const attachments = await this.#loadAttachments(items, turn)
    const input = injectContext(toAgentInput(items, { attachments, ...(converters && { converters }) }), turn)
    const made = typeof agent === 'function' ? await agent(turn) : agent
    const { agent: chosen, transform } = 'agent' in made ? made : { agent: made }
    const filter = withAppContext((await context?.(turn)) ?? {})
    const agentContext = createAgentContext(turn)
    const result = await this.#runner.run(chosen, input, {
      stream: true,
      context: agentContext,
      signal: turn.signal,
      ...(filter && { callModelInputFilter: filter }),
    })
    const events = streamAgentResponse(turn, result, {
      keepToolCalls: true,
      ...response,
      context: agentContext,
    })
    yield* transform ? transform(events) : events
  }
  /** What is attached to the messages of the history, as far as a model can be sent it. */
  async #loadAttachments(
    items: readonly ThreadItem[],
    { context }: Turn<TContext>,
  ): Promise<ReadonlyMap<string, LoadedAttachment>> {
    const { attachmentStore, owner } = this.#options
    if (!attachmentStore) return new Map()
    const who = owner(context)
    const scope: Scope<TContext> = { ...(typeof who === 'string' ? { owner: who } : who), context }
    return loadAttachments(items, { read: (id) => attachmentStore.read(id, scope) })
  }
}
