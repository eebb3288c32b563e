import { Hono } from 'hono'
import { handler } from './answer.ts'
import type { Runtime } from './listen.ts'

const app = new Hono()
app.post('/chatkit', (c) => handler.fetch(c.req.raw))

export const open = async (): Promise<Runtime> => ({
  send: async (path, init) => app.request(path, init),
  close: async () => {},
})
