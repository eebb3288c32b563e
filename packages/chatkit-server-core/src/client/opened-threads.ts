/** Which threads the page has opened, and when. */
export class OpenedThreads {
  readonly #openedMs = new Map<string, number>()

  note(threadId: string): void {
    this.#openedMs.set(threadId, performance.now())
  }

  /** Whether a thread other than this one was opened since then. */
  hasOther(threadId: string | undefined, sinceMs: number): boolean {
    return [...this.#openedMs].some(([other, openedMs]) => other !== threadId && openedMs >= sinceMs)
  }
}
