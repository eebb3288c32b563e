import type { Route } from './route.ts'

export const addUserMessage: Route<'threads.add_user_message'> = async ({ params, metadata }, { turns }) => ({
  kind: 'stream',
  reader: await turns.startOnThread({ threadId: params.thread_id, input: params.input, metadata }),
})
