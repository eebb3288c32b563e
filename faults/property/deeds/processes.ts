import * as fc from 'fast-check'
import { ended, type Model, type ModelRun } from '../model.ts'
import type { Real } from '../real.ts'
import { alive, answering, deed, oneOf, which } from './deed.ts'
import { delta, hear, messagesOf } from './model-moves.ts'

const runsOf = (model: Model, node: number): ModelRun[] =>
  model.threads.flatMap(({ run }) => (run?.node === node ? [run] : []))

/** At least one lives, so that everything can be looked at. */
const canDie = (model: Model): boolean => alive(model).length > 1

function died(model: Model, real: Real, node: number): void {
  model.nodes[node] = false
  for (const run of runsOf(model, node)) {
    run.isOrphan = true
    real.world.stage.dismiss(run)
  }
  for (const thread of model.threads) {
    thread.waiting = thread.waiting.filter((message) => message.node !== node)
  }
  for (const tab of real.tabs.values()) if (tab.unread?.node === node) tab.cut()
}

function interrupted(model: Model, runs: readonly ModelRun[]): void {
  for (const thread of model.threads) {
    if (thread.run && runs.includes(thread.run)) ended(thread, 'interrupted')
  }
}

export const kill = deed({
  name: 'kill',
  fields: fc.record({ node: which }),
  isPossible: canDie,
  act: async (model, real, { node: number }) => {
    const node = oneOf(alive(model), number)
    real.world.mortal?.kill(node)
    died(model, real, node)
  },
})

/** The server dies with a write of an answer: it is lost, or its confirmation is. */
export const killWithAWord = deed({
  name: 'kill with a word',
  fields: fc.record({ thread: which, cutAt: fc.constantFrom('before' as const, 'after' as const) }),
  isPossible: (model) => canDie(model) && answering(model).some((thread) => messagesOf(thread).length > 0),
  act: async (model, real, { thread: number, cutAt }) => {
    const speaking = answering(model).filter((thread) => messagesOf(thread).length > 0)
    const thread = oneOf(speaking, number)
    const { run } = thread
    const [pending] = messagesOf(thread)
    if (!run || !pending) return
    const word = `last word ${real.next()}`
    const dead = real.world.mortal?.killAt(run.node, cutAt, (_sql, values) => values.includes(word))
    real.world.stage.play(run.id, { kind: 'events', make: () => [delta(pending.id, word)] })
    await dead
    if (cutAt === 'after') hear(pending, word)
    died(model, real, run.node)
  },
})

/** The server dies with the write that ends an answer. */
export const killWithTheEnd = deed({
  name: 'kill with the end',
  fields: fc.record({ thread: which, cutAt: fc.constantFrom('before' as const, 'after' as const) }),
  isPossible: (model) => canDie(model) && answering(model).length > 0,
  act: async (model, real, { thread: number, cutAt }) => {
    const thread = oneOf(answering(model), number)
    const { run } = thread
    if (!run) return
    const isEnd = (sql: string, values: string): boolean =>
      sql.includes('ended_at = now()') && values.includes(run.id)
    const dead = real.world.mortal?.killAt(run.node, cutAt, isEnd)
    real.world.stage.play(run.id, { kind: 'end' })
    await dead
    if (cutAt === 'after') ended(thread, 'completed')
    died(model, real, run.node)
  },
})

/** The lease of a dead server has run out. */
export const takeOver = deed({
  name: 'take over',
  fields: fc.record({ node: which }),
  isPossible: ({ nodes }) => nodes.includes(false),
  act: async (model, real, { node: number }) => {
    const dead = model.nodes.flatMap((isAlive, node) => (isAlive ? [] : [node]))
    const node = oneOf(dead, number)
    const runs = runsOf(model, node).filter(({ isOrphan }) => isOrphan)
    await real.world.mortal?.takeOver(node, runs)
    interrupted(model, runs)
  },
})

export const restart = deed({
  name: 'restart',
  fields: fc.record({ node: which }),
  // What it left behind is ended first: a new server of the same number would pass for its owner here.
  isPossible: (model) => model.nodes.some((isAlive, node) => !isAlive && runsOf(model, node).length === 0),
  act: async (model, real, { node: number }) => {
    const gone = model.nodes.flatMap((isAlive, node) =>
      !isAlive && runsOf(model, node).length === 0 ? [node] : [],
    )
    const node = oneOf(gone, number)
    await real.world.mortal?.restart(node)
    model.nodes[node] = true
  },
})

/** A server that was paused longer than its lease comes back: its answers are not its own any more. */
export const outlive = deed({
  name: 'outlive the lease',
  fields: fc.record({ node: which }),
  // Who waits there would be let in while the lease is lost.
  isPossible: ({ threads }) => threads.every(({ waiting }) => waiting.length === 0),
  act: async (model, real, { node: number }) => {
    const node = oneOf(alive(model), number)
    const runs = runsOf(model, node)
    for (const run of runs) real.world.stage.dismiss(run)
    await real.world.mortal?.outlive(node, runs)
    // What it still says reaches nobody.
    for (const run of runs) {
      const word = { type: 'progress_update', text: 'from beyond' } as const
      real.world.stage.play(run.id, { kind: 'events', make: () => [word] })
      await real.witness(run).toEnd()
    }
    interrupted(model, runs)
  },
})
