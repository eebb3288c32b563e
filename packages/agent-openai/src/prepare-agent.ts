import type { Agent, FunctionToolResult, Handoff, Model, RunContext } from '@openai/agents'
import type { AgentContext } from './agent-context.ts'
import { GuardrailTrippedError } from './guardrails/guardrail-tripped-error.ts'
import { settleClientCalls } from './tools/client-calls.ts'
import { type TurnRun, turnRunOf } from './turn-run.ts'

// The agents of one answer are of any context and output type.
type AnyAgent = Agent
type AnyHandoff = Handoff

export interface PrepareAgentOptions {
  /** The model that the client has chosen, for this agent and those that it hands over to. */
  model?: string | undefined
  /** The tool that the client has chosen: the agents that have it must call it first. */
  toolChoice?: string | undefined
  /** What the models pass through that are given as objects; those given by name come from the runner's provider. */
  wrapModel?: ((model: Model) => Model) | undefined
}

/**
 * A copy of the agent, and of those that it hands over to, for the answer of one turn: calls of the client end the
 * turn before an output type or a guardrail sees a stand-in for their output, and a tripped guardrail ends it at
 * once. Listeners of the agents stay; the agents themselves are not touched.
 */
export function prepareAgent<A extends object>(
  agent: A,
  context: AgentContext,
  options: PrepareAgentOptions = {},
): A {
  const run = turnRunOf(context)
  const { toolChoice } = options
  const copies = new Map<object, AnyAgent>()
  const copy = (original: AnyAgent): AnyAgent => {
    const known = copies.get(original)
    if (known) return known
    // First the model alone: the SDK has settings of its own for some.
    const chosen = original.clone({
      model: modelOf(original, options),
      handoffOutputTypeWarningEnabled: false,
    })
    const hasTool = toolChoice !== undefined && original.tools.some(({ name }) => name === toolChoice)
    const made = chosen.clone({
      ...(hasTool && { modelSettings: { ...chosen.modelSettings, toolChoice } }),
      toolUseBehavior: toolUseBehavior(original, run),
      inputGuardrails: original.inputGuardrails.map((guardrail) => watched(guardrail, 'input', run)),
      outputGuardrails: original.outputGuardrails.map((guardrail) => watched(guardrail, 'output', run)),
      handoffs: [],
      handoffOutputTypeWarningEnabled: false,
    })
    // Before its hand-offs: those may lead back to it.
    copies.set(original, made)
    Reflect.set(made, 'eventEmitter', Reflect.get(original, 'eventEmitter'))
    made.handoffs = original.handoffs.map((target) =>
      isHandoff(target) ? copyHandoff(target, copy) : copy(target),
    )
    return made
  }
  return copy(agent as unknown as AnyAgent) as unknown as A
}

function isHandoff(target: AnyAgent | AnyHandoff): target is AnyHandoff {
  return 'onInvokeHandoff' in target
}

function copyHandoff(handoff: AnyHandoff, copy: (agent: AnyAgent) => AnyAgent): AnyHandoff {
  return handoff.clone({
    agent: copy(handoff.agent),
    onInvokeHandoff: async (context, args) => copy(await handoff.onInvokeHandoff(context, args)),
  })
}

/** The model that the client has chosen, or the agent's own. */
function modelOf(agent: AnyAgent, { model, wrapModel }: PrepareAgentOptions): string | Model {
  if (model !== undefined) return model
  return typeof agent.model === 'string' || !wrapModel ? agent.model : wrapModel(agent.model)
}

function watched<
  G extends {
    name: string
    execute: (args: never) => Promise<{ tripwireTriggered: boolean; outputInfo: unknown }>
  },
>(guardrail: G, kind: 'input' | 'output', run: TurnRun): G {
  return {
    ...guardrail,
    execute: async (args: never) => {
      const verdict = await guardrail.execute(args)
      if (verdict.tripwireTriggered) {
        // The SDK tells of it only with the model's next event, however late that is.
        run.interrupt(
          new GuardrailTrippedError({ kind, guardrail: guardrail.name, info: verdict.outputInfo }),
        )
      }
      return verdict
    },
  }
}

/** The agent's own behaviour, but for tools that have asked the client. */
function toolUseBehavior(agent: AnyAgent, run: TurnRun): AnyAgent['toolUseBehavior'] {
  const own = agent.toolUseBehavior
  return async (context: RunContext, results: FunctionToolResult[]) => {
    const isWaiting = settleClientCalls(run, results.map(toToolOutput))
    // An interruption without anything to approve: the run ends, and nothing is taken for its output.
    if (isWaiting) return { isFinalOutput: false, isInterrupted: true, interruptions: [] }
    if (typeof own === 'function') return own(context, results)
    const outputs = results.filter((result) => result.type === 'function_output')
    const last =
      own === 'stop_on_first_tool'
        ? outputs.find((result) => result === results[0])
        : typeof own === 'object'
          ? outputs.find(({ tool }) => own.stopAtToolNames.includes(tool.name))
          : undefined
    if (!last) return { isFinalOutput: false, isInterrupted: undefined }
    return { isFinalOutput: true, isInterrupted: undefined, finalOutput: toText(last.output) }
  }
}

function toToolOutput(result: FunctionToolResult) {
  const { rawItem } = result.runItem
  const callId = 'callId' in rawItem && typeof rawItem.callId === 'string' ? rawItem.callId : undefined
  return { tool: result.tool, callId, output: 'output' in result ? result.output : undefined }
}

const toText = (output: unknown): string =>
  typeof output === 'string' ? output : (JSON.stringify(output) ?? '')
