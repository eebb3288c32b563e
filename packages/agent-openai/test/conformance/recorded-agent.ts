import { Agent, type RunContext, tool } from '@openai/agents'
import type {
  Task,
  ThreadStreamEvent,
  WidgetRoot,
  Workflow,
  WorkflowSummary,
} from '@robolearn/chatkit-server-core'
import { generateId } from '@robolearn/chatkit-server-core'
import type { AgentContext } from '../../src/index.ts'
import { assertKnown } from './assert-known.ts'

/** An agent as data. */
export interface AgentData {
  name: string
  instructions: string
  tools?: ToolData[]
  stop_at_tools?: string[]
  handoffs?: AgentData[]
  input_guardrail?: { trips_after_events: number }
  output_guardrail?: { trips: boolean }
}

interface ToolData {
  name: string
  description: string
  parameters: Record<string, unknown>
  do: Operation[]
  returns: string
}

/** One thing that a tool does to the answer; a recording has one of the keys. */
interface Operation {
  emit?: ThreadStreamEvent
  widget?: { states: WidgetRoot[]; single?: boolean; copy_text?: string }
  start_workflow?: Partial<Workflow>
  add_task?: Task
  update_task?: { index: number; task: Task }
  end_workflow?: { summary?: WorkflowSummary; expanded?: boolean }
  client_tool?: { name: string; arguments: Record<string, unknown> }
}

type Perform<K extends keyof Operation> = (
  operation: NonNullable<Operation[K]>,
  context: AgentContext,
  call: { callId: string },
) => unknown

const perform = {
  emit: (event, context) => context.stream(placed(event, context)),
  widget: ({ states, single, copy_text: copyText }, context) => {
    const options = copyText === undefined ? {} : { copyText }
    const [first] = states
    return context.streamWidget(single && first ? first : states, options)
  },
  start_workflow: (workflow, context) => context.startWorkflow(workflow),
  add_task: (task, context) => context.addTask(task),
  update_task: ({ index, task }, context) => context.updateTask(index, task),
  end_workflow: (end, context) => context.endWorkflow(end),
  client_tool: ({ name, arguments: args }, context, { callId }) => {
    const base = { id: generateId('tc'), thread_id: context.thread.id, created_at: new Date().toISOString() }
    const call = { type: 'client_tool_call' as const, status: 'pending' as const, call_id: callId, name }
    context.stream({ type: 'thread.item.done', item: { ...base, ...call, arguments: args } })
  },
} satisfies { [K in keyof Required<Operation>]: Perform<K> }

/** The agent of a recording. `sent` resolves once so many events of the reply were sent. */
export function toAgent(data: AgentData, sent: (events: number) => Promise<void>): Agent {
  assertKnown(data, AGENT_FIELDS, 'agent')
  const { name, instructions, handoffs = [], tools = [], stop_at_tools: stopAtToolNames } = data
  const { input_guardrail: input, output_guardrail: output } = data
  return new Agent({
    name,
    instructions,
    model: 'test-model',
    tools: tools.map(toTool),
    handoffs: handoffs.map((handoff) => toAgent(handoff, sent)),
    ...(stopAtToolNames && { toolUseBehavior: { stopAtToolNames } }),
    ...(input && {
      inputGuardrails: [
        {
          name: 'input',
          execute: async () => {
            await sent(input.trips_after_events)
            return { tripwireTriggered: true, outputInfo: {} }
          },
        },
      ],
    }),
    ...(output && {
      outputGuardrails: [
        { name: 'output', execute: async () => ({ tripwireTriggered: output.trips, outputInfo: {} }) },
      ],
    }),
  })
}

const AGENT_FIELDS = [
  'name',
  'instructions',
  'tools',
  'stop_at_tools',
  'handoffs',
  'input_guardrail',
  'output_guardrail',
]
const TOOL_FIELDS = ['name', 'description', 'parameters', 'do', 'returns']

function toTool(data: ToolData) {
  assertKnown(data, TOOL_FIELDS, 'tool')
  return tool({
    name: data.name,
    description: data.description,
    parameters: data.parameters as never,
    strict: false,
    execute: async (_input: unknown, run?: RunContext, details?: { toolCall?: { callId: string } }) => {
      const context = run?.context as AgentContext
      for (const operation of data.do) {
        assertKnown(operation, Object.keys(perform), 'tool operation')
        for (const [kind, value] of Object.entries(operation)) {
          const act = perform[kind as keyof Operation] as Perform<keyof Operation>
          await act(value as never, context, { callId: details?.toolCall?.callId ?? '' })
        }
      }
      return data.returns
    },
  })
}

/** The event with the thread and the time of the replay in it. */
function placed(event: ThreadStreamEvent, { thread }: AgentContext): ThreadStreamEvent {
  const json = JSON.stringify(event)
    .replaceAll('$thread', thread.id)
    .replaceAll('<time>', new Date().toISOString())
  return JSON.parse(json) as ThreadStreamEvent
}
