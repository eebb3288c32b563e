import type { z } from 'zod'
import { ChatKitError, type RequestIssue } from '../errors.ts'
import { pathText } from '../protocol/path-text.ts'
import type { Action } from '../turn.ts'
import type { ActionConfig } from './chatkit-types.ts'

/** What an action carries: an object, or nothing. */
type PayloadSchema = z.ZodType<unknown, Record<string, unknown> | undefined>
type Schemas = Record<string, PayloadSchema>

/** One of the actions of a table, parsed: its `type` tells what its `payload` is. */
export type ActionOf<S extends Schemas> = {
  [T in keyof S & string]: { type: T; payload: z.output<S[T]> }
}[keyof S & string]

/** The actions that a server knows, each with the schema of its payload. */
export interface ActionTable<S extends Schemas> {
  /**
   * Reads an action that came from a client. Throws a `ChatKitError` (`request_invalid`, each issue with its path)
   * where its type is not in the table or its payload does not fit.
   */
  parse: (action: Action) => ActionOf<S>
  /**
   * The value of `onClickAction` and its like. Fields of a form join the payload when it is sent, so that here any of
   * its fields may be left out.
   */
  config: <T extends keyof S & string>(
    type: T,
    payload?: Partial<NonNullable<z.input<S[T]>>>,
    options?: Pick<ActionConfig, 'handler' | 'loadingBehavior' | 'streaming'>,
  ) => ActionConfig<T>
}

/**
 * A table of actions, for both ends: `config` writes them into widgets, `parse` reads what comes back, which anybody
 * can forge. Given to the server as `actions`, what does not fit is refused before anything is written.
 */
export function defineActions<S extends Schemas>(schemas: S): ActionTable<S> {
  return {
    parse: ({ type, payload }) => {
      const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined
      if (!schema) throw invalid([{ path: 'params.action.type', message: 'is no action of this server' }])
      const parsed = schema.safeParse(payload)
      // The schema is the one of the type.
      if (parsed.success) return { type, payload: parsed.data } as ActionOf<S>
      const at = ['params', 'action', 'payload']
      throw invalid(
        parsed.error.issues.map(({ path, message }) => ({ path: pathText([...at, ...path]), message })),
      )
    },
    config: (type, payload, options = {}) => ({
      type,
      ...(payload === undefined ? {} : { payload }),
      ...options,
    }),
  }
}

const invalid = (issues: RequestIssue[]): ChatKitError =>
  new ChatKitError('request_invalid', { key: 'action_invalid' }, { issues })
