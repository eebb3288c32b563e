import { Agent, type Model } from '@openai/agents'
import { AgentChatKitServer } from '@robolearn/agent-openai'
import type { Store } from '@robolearn/chatkit-server-core'
import { createCitations, type KnowledgeBase } from '@robolearn/rag-tool'
import { createSearchTool } from '@robolearn/rag-tool/agents'
import type { Learner } from './learners.ts'

const INSTRUCTIONS = `You are the tutor of a short robotics course. Learners ask about the lesson that they are reading.
Search the course before you answer, and answer from what you find, in the language of the question.
Cite every statement that you take from a passage. Say so when the course does not cover the question.
Be brief: a few sentences, a list where it helps.`

export interface CourseServerOptions {
  store: Store<Learner>
  knowledge: KnowledgeBase
  model: Model | string
}

/** The tutor: an agent that searches the course and cites what it found. Threads belong to the learner. */
export function createCourseServer({
  store,
  knowledge,
  model,
}: CourseServerOptions): AgentChatKitServer<Learner> {
  return new AgentChatKitServer<Learner>({
    store,
    owner: (learner) => learner.id,
    // A reload is no wish to stop: the answer is there when the page is.
    onDisconnect: 'finish',
    context: ({ context }) => ({ learner_id: context.id, role: context.role }),
    agent: () => {
      // The numbers of the passages belong to one turn: tool and citations are made for it together.
      const citations = createCitations()
      const search = createSearchTool({
        knowledge,
        citations,
        name: 'search_course',
        description: 'Searches the lessons of the robotics course for passages that answer a question.',
      })
      const agent = new Agent({ name: 'Course tutor', instructions: INSTRUCTIONS, model, tools: [search] })
      return { agent, transform: (events) => citations.apply(events) }
    },
  })
}
