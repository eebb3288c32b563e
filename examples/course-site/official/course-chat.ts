import { ChatKit, useChatKit } from '@openai/chatkit-react'
import { chatKitFetch } from '@robolearn/chatkit-server-core/client'
import { createElement, useState, type ReactElement } from 'react'
import { readMeta, readPageContext } from '../panel/page-context.ts'
import { createClientTools } from './client-tools.ts'
import { threadOf } from './thread-of.ts'
import { readUploads } from './uploads.ts'

// A stop is told from a tab that is hidden, and the page goes along with every request.
const chatFetch = chatKitFetch({ metadata: () => ({ page: readPageContext() }) })

/** OpenAI's client on the course's own server, for one learner. */
export function CourseChat({ learner }: { learner: string }): ReactElement {
  const [tools] = useState(() => createClientTools())
  const [thread] = useState(() => threadOf(learner))
  const uploads = readUploads()
  const { control } = useChatKit({
    api: {
      url: '/chatkit',
      domainKey: readMeta('chat-domain-key'),
      fetch: chatFetch,
      uploadStrategy: { type: 'two_phase' },
    },
    frameTitle: 'Ask the course',
    initialThread: thread.read(),
    theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
    history: { enabled: true, showDelete: true, showRename: true },
    startScreen: {
      greeting: 'What is unclear?',
      prompts: [
        { label: 'Sum up this page', prompt: 'Sum up this page.' },
        { label: 'Quiz me', prompt: 'Quiz me on this lesson.' },
        { label: 'Which robot suits me?', prompt: 'Which robot suits me?' },
      ],
    },
    threadItemActions: { feedback: true, retry: true },
    composer: {
      placeholder: 'Ask about this lesson',
      attachments: uploads ? { enabled: true, ...uploads } : { enabled: false },
      dictation: { enabled: readMeta('chat-dictation') === 'yes' },
    },
    onClientTool: tools.onClientTool,
    onResponseEnd: tools.onResponseEnd,
    onThreadChange: ({ threadId }) => thread.keep(threadId),
  })
  return createElement(ChatKit, { control, className: 'official-chat' })
}
