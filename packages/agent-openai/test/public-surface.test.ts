import { expect, it } from 'vitest'
import * as surface from '../src/index.ts'

it('exports what someone chose', () => {
  expect(Object.keys(surface).toSorted()).toEqual([
    'AGENT_MESSAGES',
    'AgentChatKitServer',
    'GuardrailTrippedError',
    'createAgentContext',
    'generateTitle',
    'injectContext',
    'loadAttachments',
    'loadHistory',
    'pageContextSchema',
    'patientModel',
    'patientProvider',
    'prepareAgent',
    'streamAgentResponse',
    'toAgentInput',
    'toStreamError',
    'transcribeWith',
    'withUniqueCallIds',
  ])
})
