import type { Route } from './route.ts'

export const createThread: Route<'threads.create'> = async ({ params, metadata }, { turns }) => ({
  kind: 'stream',
  reader: await turns.startWithNewThread({ input: params.input, metadata }),
})
