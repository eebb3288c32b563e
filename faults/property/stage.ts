import type { ThreadStreamEvent, Turn } from '@robolearn/chatkit-server-core'

export interface Person {
  userId: string
}

/** What the scripted model does next. */
export type Move =
  | { kind: 'events'; make: (turn: Turn<Person>) => ThreadStreamEvent[] }
  | { kind: 'end' }
  | { kind: 'throw' }

/** The part of one run: moves are given from outside, one at a time. */
class Part {
  readonly #moves: Move[] = []
  #wake: (() => void) | undefined

  play(move: Move): void {
    this.#moves.push(move)
    this.#wake?.()
  }

  async *events(turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> {
    turn.signal.addEventListener('abort', () => this.#wake?.(), { once: true })
    while (!turn.signal.aborted) {
      const move = this.#moves.shift()
      if (move?.kind === 'end') return
      if (move?.kind === 'throw') throw new Error('The scripted model fails.')
      if (move) yield* move.make(turn)
      else await new Promise<void>((resolve) => void (this.#wake = resolve))
    }
    // Whoever is told to stop still needs a moment.
    await new Promise<void>((resolve) => void setImmediate(resolve))
  }
}

/** Where the scripted models of all servers play: it sees which of them play at the same time. */
export class Stage {
  readonly #parts = new Map<string, Part>()
  readonly #turns = new Map<string, Turn<Person>>()
  /** The runs whose model is playing, by their thread. */
  readonly #playing = new Map<string, Set<string>>()
  readonly #begun = new Map<string, PromiseWithResolvers<number>>()
  /** Two models that played on one thread at once. */
  readonly overlaps: string[] = []

  play(runId: string, move: Move): void {
    this.#part(runId).play(move)
  }

  /** Resolves, when the model has begun to play, with the server that executes the run. */
  begun(runId: string): Promise<number> {
    return this.#begin(runId).promise
  }

  /** Whether the signal of the run's model has not fired. */
  isWanted(runId: string): boolean {
    return this.#turns.get(runId)?.signal.aborted === false
  }

  /** A tool of the run writes, although it may be over. */
  async write(runId: string): Promise<unknown> {
    const turn = this.#turns.get(runId)
    return turn?.store.saveThread(turn.thread.id, { title: 'from beyond' })
  }

  /** The run's process is gone, or is not the one that may execute it any more: whatever it does now is of no account. */
  dismiss({ id, threadId }: { id: string; threadId: string }): void {
    this.#playing.get(threadId)?.delete(id)
  }

  async *respond(turn: Turn<Person>, node: number): AsyncGenerator<ThreadStreamEvent> {
    const { run, thread } = turn
    const playing = this.#playing.get(thread.id) ?? new Set()
    this.#playing.set(thread.id, playing)
    for (const other of playing)
      this.overlaps.push(`${run.id} began while ${other} was playing on ${thread.id}`)
    playing.add(run.id)
    this.#turns.set(run.id, turn)
    this.#begin(run.id).resolve(node)
    try {
      yield* this.#part(run.id).events(turn)
    } finally {
      playing.delete(run.id)
    }
  }

  #begin(runId: string): PromiseWithResolvers<number> {
    const begin = this.#begun.get(runId) ?? Promise.withResolvers<number>()
    this.#begun.set(runId, begin)
    return begin
  }

  #part(runId: string): Part {
    const part = this.#parts.get(runId) ?? new Part()
    this.#parts.set(runId, part)
    return part
  }
}
