import { chatKitFetch } from '@robolearn/chatkit-server-core/client'

interface Page {
  url: string
  title: string
  headings: string[]
  /** What the user has marked, `getSelection()?.toString()`. */
  selection: string
}

/** The `api` option of OpenAI's client. `readPage` is called before every request: the page as it is then. */
export const apiOf = (url: string, readPage: () => Page) => ({
  url,
  domainKey: 'local-dev',
  fetch: chatKitFetch({
    metadata: () => {
      const { selection, ...page } = readPage()
      return { page, selection, profile: { course: 'Robotics 1' } }
    },
  }),
})
