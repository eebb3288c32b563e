import {
  ChatKitServer,
  MemoryStore,
  createChatKitHandler,
  textStream,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { createAttachmentHandler, DiskAttachments } from '@robolearn/chatkit-server-core/disk'
import { Hono } from 'hono'

interface Context {
  userId: string
}

class Server extends ChatKitServer<Context> {
  async *respond(turn: Turn<Context>) {
    yield* textStream(turn, [`${turn.userMessage?.attachments.length ?? 0} files came.`])
  }
}

const authenticate = () => ({ userId: 'everybody' })

const store = new MemoryStore<Context>()
const attachments = new DiskAttachments<Context>({
  folder: process.env.ATTACHMENT_FOLDER ?? './.data/attachments',
  publicUrl: 'http://localhost:3000/attachments', // where the handler below is reached
  secret: process.env.ATTACHMENT_SECRET ?? '', // signs the URLs
})
const server = new Server({ store, owner: ({ userId }) => userId, attachmentStore: attachments })
const chat = createChatKitHandler(server, { authenticate })
const files = createAttachmentHandler(attachments, { direct: { server, authenticate } })

export const app = new Hono()
app.post('/chatkit', (c) => chat.fetch(c.req.raw))
app.post('/attachments', (c) => files.fetch(c.req.raw))
app.all('/attachments/*', (c) => files.fetch(c.req.raw))

setInterval(() => void attachments.sweep(store).catch(console.error), 3_600_000).unref()
