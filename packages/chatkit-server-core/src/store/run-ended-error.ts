const MARK = Symbol.for('@robolearn/chatkit-server-core/RunEndedError')

/** A write in the name of a run that is not running any more was refused: the answer it belongs to is over. */
export class RunEndedError extends Error {
  override readonly name = 'RunEndedError'
  readonly runId: string

  constructor(runId: string) {
    super(`Run "${runId}" is not running any more: nothing can be written in its name.`)
    this.runId = runId
    Object.defineProperty(this, MARK, { value: true })
  }

  static isInstance(value: unknown): value is RunEndedError {
    return typeof value === 'object' && value !== null && MARK in value
  }
}
