import { NextRequest } from 'next/server.js'
import type { Runtime } from './listen.ts'
import { POST } from './route.ts'

// The route as Next.js calls it; nothing is built.
export const open = async (): Promise<Runtime> => ({
  send: (path, { body, headers, method }) =>
    POST(new NextRequest(new Request(`http://localhost${path}`, { body, headers, method } as RequestInit))),
  close: async () => {},
})
