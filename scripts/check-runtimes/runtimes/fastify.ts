import { toNodeHandler } from '@robolearn/chatkit-server-core/node'
import { fastify } from 'fastify'
import { handler } from './answer.ts'
import { listening } from './listen.ts'

const app = fastify()
const serve = toNodeHandler(handler)
app.removeContentTypeParser('application/json')
app.addContentTypeParser('application/json', (_request, _body, done) => done(null))
app.post('/chatkit', (request, reply) => {
  reply.hijack()
  serve(request.raw, reply.raw)
})

export async function open() {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return listening(app.server)
}
