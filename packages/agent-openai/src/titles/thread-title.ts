import type { Turn } from '@robolearn/chatkit-server-core'
import { wordsTitle } from './words-title.ts'

/** How long the end of an answer may wait for its title. */
const PATIENCE_MS = 3000

/** The title of a thread that has none yet, found beside the answer. */
export class ThreadTitle {
  readonly #turn: Turn<unknown>
  readonly #generate: () => Promise<string | undefined>
  #finding: Promise<void> | undefined
  #found: string | undefined

  constructor(turn: Turn<unknown>, generate: () => Promise<string | undefined>) {
    this.#turn = turn
    this.#generate = generate
  }

  /** Begins to look for a title, once. */
  begin(): void {
    const { thread, userMessage } = this.#turn
    if (this.#finding || thread.title !== undefined || !userMessage) return
    this.#finding = this.#find().catch(() => {})
  }

  /** Gives the thread its title where it is found by now; core saves it with the next event. */
  apply(): void {
    if (this.#found !== undefined) this.#turn.thread.title = this.#found
    this.#found = undefined
  }

  /** Waits for the title as long as an answer that is over can, then takes the words. */
  async settle(): Promise<void> {
    this.begin()
    if (!this.#finding) return
    const { thread, userMessage } = this.#turn
    let timer: ReturnType<typeof setTimeout> | undefined
    const patience = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS, 'late')
    })
    const late = await Promise.race([this.#finding, patience])
    clearTimeout(timer)
    if (late && thread.title === undefined && userMessage) {
      await this.#take(wordsTitle(userMessage)).catch(() => {})
    }
    this.apply()
  }

  async #find(): Promise<void> {
    await this.#take(await this.#generate())
  }

  /** A user may have named the thread meanwhile: the store is asked again. */
  async #take(title: string | undefined): Promise<void> {
    const { store, thread } = this.#turn
    if (title === undefined) return
    const { title: named } = await store.loadThread(thread.id)
    if (named === undefined && thread.title === undefined) this.#found = title
  }
}
