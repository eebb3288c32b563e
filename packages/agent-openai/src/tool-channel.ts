import type { ToolEvent } from './translate/tool-event.ts'

/** Where tools put what they do to the answer, in the order of its happening, and where it is fetched from. */
export interface ToolChannel {
  push: (event: ToolEvent) => void
  /** Hands over what was put in so far and whatever comes. Undoing it throws away what comes after. */
  attach: (receive: (event: ToolEvent) => void) => () => void
}

export function createToolChannel(): ToolChannel {
  const early: ToolEvent[] = []
  let receive: ((event: ToolEvent) => void) | undefined = (event) => void early.push(event)
  return {
    push: (event) => receive?.(event),
    attach: (given) => {
      receive = given
      for (const event of early.splice(0)) given(event)
      return () => {
        receive = undefined
      }
    },
  }
}
