import {
  ChatKitServer,
  type ChatKitServerOptions,
  type ThreadStreamEvent,
  type Turn,
} from '@robolearn/chatkit-server-core'
import type { Person, Stage } from './stage.ts'

interface ScriptedServerOptions extends Pick<
  ChatKitServerOptions<Person>,
  'store' | 'onBusy' | 'generateId' | 'clock'
> {
  stage: Stage
  node: number
}

/** A server whose model does what it is told, move by move. */
export class ScriptedServer extends ChatKitServer<Person> {
  readonly #stage: Stage
  readonly #node: number

  constructor({ stage, node, ...options }: ScriptedServerOptions) {
    super({
      ...options,
      owner: ({ userId }) => userId,
      // What fails here is meant to fail: killed servers, models that throw.
      hooks: { onError: () => {} },
      limits: { activeRunsPerOwner: 1_000, busyWaitMs: 3_600_000 },
    })
    this.#stage = stage
    this.#node = node
  }

  override respond(turn: Turn<Person>): AsyncIterable<ThreadStreamEvent> {
    return this.#stage.respond(turn, this.#node)
  }
}
