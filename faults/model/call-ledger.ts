import type { CallNote } from './call.ts'

interface Call {
  callId: string
  what: CallNote['what']
  node: string
  threadId: string
  runId: string
  begunNs: bigint
  signalledNs?: bigint
  endedNs?: bigint
}

/** Every call of a model or a tool, of all nodes: kept by who drives them, so that no fault of theirs loses one. */
export class CallLedger {
  readonly #calls = new Map<string, Call>()

  note(node: string, { callId, what, phase, threadId, runId, atNs }: CallNote): void {
    if (phase === 'begun') {
      this.#calls.set(callId, { callId, what, node, threadId, runId, begunNs: BigInt(atNs) })
      return
    }
    const call = this.#calls.get(callId)
    if (!call) return
    if (phase === 'ended') call.endedNs = BigInt(atNs)
    else call.signalledNs ??= BigInt(atNs)
  }

  /** The process is gone: what it had under way is over. */
  nodeDied(node: string, atNs: bigint): void {
    for (const call of this.#calls.values()) if (call.node === node) call.endedNs ??= atNs
  }

  ofRun(runId: string): Readonly<Call>[] {
    return [...this.#calls.values()].filter((call) => call.runId === runId)
  }

  /** Pairs of calls, of different runs of the thread, that were under way at the same time. */
  overlaps(threadId: string): string[] {
    const calls = [...this.#calls.values()]
      .filter((call) => call.threadId === threadId)
      .toSorted((a, b) => (a.begunNs < b.begunNs ? -1 : 1))
    const found: string[] = []
    for (const [index, call] of calls.entries()) {
      for (const later of calls.slice(index + 1)) {
        if (call.endedNs !== undefined && later.begunNs >= call.endedNs) break
        if (later.runId === call.runId) continue
        const forMs = call.endedNs === undefined ? undefined : Number(call.endedNs - later.begunNs) / 1e6
        found.push(
          `${later.what} of ${later.runId} (node ${later.node}) began while ${call.what} of ${call.runId} (node ${call.node}) was under way, which ended ${forMs?.toFixed(1) ?? 'never or more than'} ms later`,
        )
      }
    }
    return found
  }

  forget(threadId: string): void {
    for (const [id, call] of this.#calls) if (call.threadId === threadId) this.#calls.delete(id)
  }
}
