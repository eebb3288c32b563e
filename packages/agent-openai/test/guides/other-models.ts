import { Agent, OpenAIProvider } from '@openai/agents'
import { AgentChatKitServer } from '@robolearn/agent-openai'
import { MemoryStore } from '@robolearn/chatkit-server-core'

/** Any server that speaks Chat Completions: a model on your own machine, say. */
export const localTutor = (baseURL: string) =>
  new AgentChatKitServer<{ userId: string }>({
    store: new MemoryStore(),
    owner: (context) => context.userId,
    modelProvider: new OpenAIProvider({ apiKey: 'none', baseURL, useResponses: false }),
    agent: new Agent({ name: 'Tutor', instructions: 'You are a tutor.', model: 'small' }),
    // What a client may choose instead.
    inferenceOptions: { models: ['small', 'large'] },
    maxRetries: 1,
    timeoutMs: 120_000,
  })
