import type { Citations, KnowledgeBase } from '@robolearn/rag-tool'
import { createSearchTool, type SearchTool } from '@robolearn/rag-tool/agents'
import type { Lesson } from '../../pages/index.ts'

/** Of two passages that fit alike, the one on the page that is open is meant. */
const OPEN_PAGE_FACTOR = 1.25

interface SearchCourseOptions {
  knowledge: KnowledgeBase
  citations: Citations
  /** The lesson that is open. */
  open: Lesson | undefined
}

export function createSearchCourse({ knowledge, citations, open }: SearchCourseOptions): SearchTool {
  return createSearchTool({
    knowledge,
    citations,
    name: 'search_course',
    description: 'Searches the lessons of the robotics course for passages that answer a question.',
    search: open ? { boosts: [{ documentIds: [open.file], factor: OPEN_PAGE_FACTOR }] } : {},
  })
}
