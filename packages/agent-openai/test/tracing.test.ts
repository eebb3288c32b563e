import {
  Agent,
  BatchTraceProcessor,
  getGlobalTraceProvider,
  setTraceProcessors,
  setTracingDisabled,
} from '@openai/agents'
import { functionCall, modelResponse, ScriptedModel } from '@openai/agents/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ada, ask, scriptedServer } from './ask.ts'
import { streamed } from './model-events.ts'

describe('tracing', () => {
  const exported: unknown[] = []

  beforeEach(() => {
    exported.length = 0
    // The SDK switches itself off where NODE_ENV is "test".
    setTracingDisabled(false)
    setTraceProcessors([
      new BatchTraceProcessor({
        export: async (items) => {
          exported.push(...items.map((item) => item.toJSON()))
        },
      }),
    ])
  })
  afterEach(() => {
    setTraceProcessors([])
    setTracingDisabled(true)
    vi.restoreAllMocks()
  })

  /** A question that goes through a tool that is itself an agent. */
  async function askWithAgentTool(tracing: boolean | undefined): Promise<void> {
    const helper = new Agent({ name: 'helper', model: new ScriptedModel([streamed('A secret answer')]) })
    const model = new ScriptedModel([
      modelResponse([functionCall('helper', { input: 'x' }, { callId: 'call_1' })]),
      streamed('Hello'),
    ])
    const tools = [helper.asTool({ toolName: 'helper', toolDescription: 'Helps.' })]
    const { server } = scriptedServer({
      agent: new Agent({ name: 'Tutor', instructions: 'A secret rule', model, tools }),
      ...(tracing === undefined ? {} : { tracing }),
    })
    await ask(server, ada, { text: 'A secret question' })
    await getGlobalTraceProvider().forceFlush()
  }

  it('is off: nothing is exported, sent or logged', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    const logged = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error'), vi.spyOn(console, 'log')]
    await askWithAgentTool(undefined)
    expect(exported).toEqual([])
    expect(fetched).not.toHaveBeenCalled()
    for (const log of logged) expect(log).not.toHaveBeenCalled()
  })

  it('can be asked for', async () => {
    await askWithAgentTool(true)
    expect(exported.length).toBeGreaterThan(0)
    expect(JSON.stringify(exported)).not.toMatch(/secret question|secret rule/)
  })
})
