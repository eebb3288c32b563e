import { inTime } from './in-time.ts'
import type { Model } from './model.ts'
import { mustBe } from './must-be.ts'
import type { Real } from './real.ts'

/** Threads that are free are taken by those who wait: of one server in the order in which they came. */
export async function letIn(model: Model, real: Real): Promise<void> {
  for (const thread of model.threads) {
    while (!thread.run && thread.waiting.length > 0) {
      const replies = thread.waiting.map(async (message) => ({
        message,
        opener: await real.replyTo(message),
      }))
      const { message, opener } = await inTime(Promise.race(replies), 'a message that waits to be let in')
      const first = thread.waiting.find(({ node }) => node === message.node)
      mustBe('the first in line', message, first)
      thread.waiting.splice(thread.waiting.indexOf(message), 1)
      await real.arrive(model, thread, { ...message, opener, via: message.node, stopsOnLeave: false })
    }
  }
}
