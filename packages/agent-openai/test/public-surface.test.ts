import { expect, it } from 'vitest'
import * as surface from '../src/index.ts'

it('exports what someone chose', () => {
  expect(Object.keys(surface).toSorted()).toEqual([
    'AgentChatKitServer',
    'createAgentContext',
    'injectContext',
    'loadAttachments',
    'loadHistory',
    'nameThread',
    'pageContextSchema',
    'streamAgentResponse',
    'toAgentInput',
    'toStreamError',
    'withUniqueCallIds',
  ])
})
