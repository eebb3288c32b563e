import * as fc from 'fast-check'
import type { Model, ModelThread } from '../model.ts'
import { mustBe } from '../must-be.ts'
import { until } from '../until.ts'
import { alive, deed, oneOf, refusalOf, which } from './deed.ts'
import { add, words } from './turns.ts'

const waitingOn = (model: Model, node: number): number =>
  model.threads.flatMap(({ waiting }) => waiting).filter((message) => message.node === node).length

const taken = ({ policy, threads }: Model): ModelThread[] =>
  threads.filter(({ run, waiting }) => policy === 'wait' && run && waiting.length < 3)

export const sendAndWait = deed({
  name: 'send and wait',
  fields: fc.record({ thread: which, via: which }),
  isPossible: (model) => taken(model).length > 0,
  act: async (model, real, { thread: number, via }) => {
    const thread = oneOf(taken(model), number)
    const node = oneOf(alive(model), via)
    const said = words(real)
    const message = { key: `key ${real.next()}`, body: add(thread.id, said), words: said, node }
    real.wait(message)
    thread.waiting.push(message)
    await until(
      () => real.server(node).counters().waiting === waitingOn(model, node),
      'a message to stand in line',
    )
  },
})

const withWaiting = ({ threads }: Model): ModelThread[] => threads.filter(({ waiting }) => waiting.length > 0)

export const takeBack = deed({
  name: 'take back',
  fields: fc.record({ thread: which, message: which }),
  isPossible: (model) => withWaiting(model).length > 0,
  act: async (model, real, { thread: number, message: place }) => {
    const { waiting } = oneOf(withWaiting(model), number)
    const message = oneOf(waiting, place)
    const params = { idempotency_key: message.key }
    const reply = await real.ask(message.node, { type: 'threads.stop', params })
    mustBe('whether a message was taken back', reply, { stopped: true })
    mustBe('a message that was taken back', await refusalOf(real.replyTo(message)), 'run_active')
    waiting.splice(waiting.indexOf(message), 1)
  },
})
