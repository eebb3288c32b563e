import type { ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import type { CitationConverters } from './citations.ts'
import type { OpenImage } from './image.ts'
import type { Mint, OpenMessage } from './message.ts'
import type { Place, ResponseEnding } from './model-event.ts'
import type { OpenWorkflow } from './workflow.ts'

/** A thought that is being written. */
export interface OpenThought {
  readonly at: Place
  readonly text: string
  /** Its place in the workflow once it is shown there; a later thought is shown when it is whole. */
  readonly taskIndex: number | undefined
}

/** What is open between two events. */
export interface TranslateState {
  readonly message: OpenMessage | undefined
  /** How many messages of this response have begun. */
  readonly begun: number
  readonly workflow: OpenWorkflow | undefined
  readonly thought: OpenThought | undefined
  readonly images: readonly OpenImage[]
  /** The client tools that were called, from whose output the next turn goes on. */
  readonly clientCalls: readonly string[]
  /** How the last response ended; undefined while one is under way, and before the first. */
  readonly ending: ResponseEnding | undefined
  readonly isResponding: boolean
}

export interface Translation {
  readonly state: TranslateState
  readonly events: readonly ThreadStreamEvent[]
}

export interface Translator extends Mint {
  readonly citations?: CitationConverters | undefined
  /** How many previews of an image are to come. */
  readonly partialImages?: number | undefined
  readonly keepToolCalls?: boolean | undefined
}

export const initialState: TranslateState = {
  message: undefined,
  begun: 0,
  workflow: undefined,
  thought: undefined,
  images: [],
  clientCalls: [],
  ending: undefined,
  isResponding: false,
}

/** Gives the events of the first step followed by those of the second, which goes on from its state. */
export function andThen(first: Translation, next: (state: TranslateState) => Translation): Translation {
  const second = next(first.state)
  return first.events.length === 0
    ? second
    : { state: second.state, events: [...first.events, ...second.events] }
}

export const nothing = (state: TranslateState): Translation => ({ state, events: [] })
