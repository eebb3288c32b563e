import { Agent, tool } from '@openai/agents'
import { AgentChatKitServer } from '@robolearn/agent-openai'
import { MemoryStore } from '@robolearn/chatkit-server-core'
import { z } from 'zod'

export const sent: string[] = []

const mailTeacher = tool({
  name: 'mail_teacher',
  description: 'Sends a mail to the teacher.',
  parameters: z.object({ text: z.string() }),
  needsApproval: true,
  execute: async ({ text }) => {
    sent.push(text)
    return 'sent'
  },
})

export const server = new AgentChatKitServer<{ userId: string }>({
  store: new MemoryStore(),
  owner: (context) => context.userId,
  agent: new Agent({ name: 'Tutor', instructions: 'You are a tutor.', tools: [mailTeacher] }),
  approvals: {
    ttlMs: 60 * 60 * 1000,
    describe: () => 'Send this mail to your teacher?',
    approve: 'Send',
    reject: 'Do not send',
  },
})
