import { createServer } from 'node:http'
import { toNodeHandler } from '@robolearn/chatkit-server-core/node'
import { handler } from './answer.ts'
import { listening } from './listen.ts'

export const open = () => listening(createServer(toNodeHandler(handler)).listen(0, '127.0.0.1'))
