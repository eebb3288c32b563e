import { chatKitFetch } from '@robolearn/chatkit-server-core/client'

/** The official client's `api` option; `readPage` tells where the user is. */
export const apiOf = (url: string, readPage: () => Record<string, unknown>) => ({
  url,
  domainKey: 'local-dev',
  fetch: chatKitFetch({ metadata: () => ({ page: readPage() }) }),
})
