import * as fc from 'fast-check'
import { checkEverything } from '../check-everything.ts'
import { letIn } from '../let-in.ts'
import type { Model, ModelThread } from '../model.ts'
import type { Real } from '../real.ts'

interface Described<F> {
  name: string
  /** What it is done with. Numbers stand for one of what there is then. */
  fields: fc.Arbitrary<F>
  isPossible: (model: Readonly<Model>, fields: F) => boolean
  /** Does it to the servers and to the model. */
  act: (model: Model, real: Real, fields: F) => Promise<void>
}

/** Something that somebody does, after which everything is looked at. */
export const deed = <F>({ name, fields, isPossible, act }: Described<F>) =>
  fields.map((chosen): fc.AsyncCommand<Model, Real> => ({
    check: (model) => isPossible(model, chosen),
    run: async (model, real) => {
      await act(model, real, chosen)
      await letIn(model, real)
      await checkEverything(model, real)
    },
    toString: () => `${name} ${JSON.stringify(chosen)}`,
  }))

/** Stands for one of what there is. */
export const which = fc.nat(11)

export function oneOf<T>(list: readonly T[], number: number): T {
  const found = list[number % list.length]
  if (found === undefined) throw new Error('There is nothing to choose from.')
  return found
}

export const alive = ({ nodes }: Model): number[] => nodes.flatMap((isAlive, node) => (isAlive ? [node] : []))

/** Threads that are being answered by a server that is alive. */
export const answering = ({ threads }: Model): ModelThread[] =>
  threads.filter(({ run }) => run && !run.isOrphan)

/** Threads on which a turn can begin: one of a dead server is taken over only after a while. */
export const ready = ({ threads, policy }: Model): ModelThread[] =>
  threads.filter(({ run }) => !run || (policy === 'interrupt' && !run.isOrphan))

/** Why it was refused. */
export async function refusalOf(request: Promise<unknown>): Promise<unknown> {
  try {
    await request
    return 'not refused'
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}
