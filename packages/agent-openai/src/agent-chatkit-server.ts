import type { Agent, ModelProvider, Runner } from '@openai/agents'
import {
  type ActionTurn,
  ChatKitServer,
  type ChatKitServerOptions,
  type OptionalHook,
  StreamError,
  type ThreadStreamEvent,
  type TranscribeInput,
  type Turn,
  type TurnBase,
} from '@robolearn/chatkit-server-core'
import { type AgentContext } from './agent-context.ts'
import { type AgentMessageCatalogues, sayTo } from './agent-messages.ts'
import { answerAction, answerTurn } from './answer.ts'
import { withApprovals } from './approvals/with-approvals.ts'
import type { ApprovalOptions } from './approvals/ask-approvals.ts'
import type { HistoryOptions } from './history/load-history.ts'
import type { AppContext } from './inject-context/app-context.ts'
import type { PatienceOptions } from './models/patient-model.ts'
import { generateTitle, type TitleOptions } from './titles/generate-title.ts'
import { ThreadTitle } from './titles/thread-title.ts'
import type { StreamAgentOptions } from './stream-agent-response.ts'
import type { ItemConverters } from './to-agent-input/conversion.ts'
import { toStreamError } from './to-stream-error.ts'
import type { ShowToolsOptions } from './tools/watch-tools.ts'
import { type TranscriptionOptions, transcribeWith } from './transcribe.ts'

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

/** A turn that an agent answers: a message, a client tool's output, an answered form, or an approval. */
export type AgentTurn<TContext> = Turn<TContext> | ActionTurn<TContext>

export interface AgentChatKitServerOptions<TContext> extends ChatKitServerOptions<TContext>, PatienceOptions {
  /**
   * The agent, or a function that makes what answers one turn, for whatever belongs to that turn alone: tools
   * that act for who is asking, a search and the citations that come of it. The input guardrails that run are those of
   * this agent, the output guardrails those of the agent that answers in the end.
   */
  agent:
    | ChatKitAgent<TContext>
    | ((turn: AgentTurn<TContext>) => TurnAgent<TContext> | Promise<TurnAgent<TContext>>)
  /** Facts that the application knows by itself, for the agent's instructions. See `AppContext` for what may be in it. */
  context?: (turn: AgentTurn<TContext>) => AppContext | Promise<AppContext>
  /** How much of the thread the model is sent. */
  history?: HistoryOptions
  /** Converters of thread items to model input, in place of this package's own, by the item's type. */
  converters?: Partial<ItemConverters>
  /** How the agent's stream becomes events: citations, generated images. */
  response?: Omit<StreamAgentOptions, 'context'>
  /** Where models that are given by name come from. Default: OpenAI, with `OPENAI_API_KEY`. */
  modelProvider?: ModelProvider
  /** Whether users watch tools and hand-offs as tasks, and how they are called. Default true. */
  showTools?: boolean | ShowToolsOptions
  /** What is answered in place of what a guardrail refused. Default: that it cannot be answered. */
  guardrailMessage?:
    | string
    | ((tripped: { kind: 'input' | 'output'; guardrail: string; turn: TurnBase<TContext> }) => string)
  /** Tools with `needsApproval`: how long they wait, and what is shown. */
  approvals?: ApprovalOptions
  /**
   * The server's own words in other languages, or other ones in English (`en`): those of core's `MESSAGES` and of this
   * package's `AGENT_MESSAGES`, by BCP 47 tags. Which language it is, the client says (`Accept-Language`).
   */
  messages?: AgentMessageCatalogues
  /** How often the model may be called for one answer. Default 10. */
  maxTurns?: number
  /** What gives new threads their title. Default: the first six words of the message. `false`: nothing. */
  title?: TitleOptions | false
  /** Takes dictation with OpenAI's audio API. Without it, and without a `transcribe()` of your own, there is none. */
  transcription?: TranscriptionOptions
  /**
   * Whether runs are traced with the SDK's trace processors, which by default send to OpenAI, whatever model is
   * used. Default false. Inputs and outputs are left out of the traces, but for those of agents that are used as
   * tools (`asTool`), which set that for themselves.
   */
  tracing?: boolean
}

/**
 * A ChatKit server whose answers come from an agent of the OpenAI Agents SDK: history, the page's context, the
 * run, its events, and a title for the thread. The agent's model, tools, hand-offs and settings are the SDK's own
 * affair; tools find an `AgentContext` as their `context`.
 */
export class AgentChatKitServer<TContext> extends ChatKitServer<TContext> {
  readonly #options: AgentChatKitServerOptions<TContext>

  constructor(options: AgentChatKitServerOptions<TContext>) {
    const { actions } = options
    super(actions ? { ...options, actions: withApprovals(actions) } : options)
    this.#options = options
  }

  override async *respond(turn: Turn<TContext>): AsyncGenerator<ThreadStreamEvent, void, undefined> {
    const { title: titles = {}, modelProvider } = this.#options
    const title = new ThreadTitle(turn, () =>
      generateTitle(turn, { ...titles, ...(modelProvider && { modelProvider }) }),
    )
    // A model needs its time; words are there at once, and no word of the answer waits for them to be saved.
    if (titles && titles.model !== undefined) title.begin()
    try {
      for await (const event of answerTurn(turn, this.#options, this.#report(turn))) {
        yield event
        if (titles && event.type === 'thread.item.updated' && event.update.type === TEXT_DELTA) title.begin()
        title.apply()
      }
    } catch (error) {
      throw toStreamError(error, sayTo(turn, this.#options.messages))
    } finally {
      if (titles) await title.settle()
    }
  }

  /**
   * Decides approvals (`agent.approval`) and goes on with the run that waited for them. For actions of your own,
   * override it and hand on what is not yours to `super.action(turn)`.
   */
  override async *action(turn: ActionTurn<TContext>): AsyncGenerator<ThreadStreamEvent, void, undefined> {
    try {
      yield* answerAction(turn, this.#options, this.#report(turn))
    } catch (error) {
      throw toStreamError(error, sayTo(turn, this.#options.messages))
    }
  }

  override transcribe(input: TranscribeInput<TContext>): Promise<{ text: string }> {
    const { transcription } = this.#options
    if (!transcription) throw new StreamError('This server takes no dictation.')
    return transcribeWith(transcription, input)
  }

  override implements(hook: OptionalHook): boolean {
    const isOurs = hook === 'transcribe' && this.transcribe === AgentChatKitServer.prototype.transcribe
    return isOurs ? this.#options.transcription !== undefined : super.implements(hook)
  }

  #report(turn: TurnBase<TContext>): (error: Error) => void {
    return (error) => this.reportError(error, { threadId: turn.thread.id, runId: turn.run.id })
  }
}
