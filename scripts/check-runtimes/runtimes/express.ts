import { toNodeHandler } from '@robolearn/chatkit-server-core/node'
import express from 'express'
import { handler } from './answer.ts'
import { listening } from './listen.ts'

const app = express()
app.use(express.json())
app.post('/chatkit', toNodeHandler(handler))

export const open = () => listening(app.listen(0, '127.0.0.1'))
