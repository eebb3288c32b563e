import type { TurnStep } from '@robolearn/chatkit-server-core'
import { toJson } from '../mapping/to-json.ts'
import type { Tables } from '../schema.ts'

/** The parts of `openTurn` that belong to a step. They build on its `target` and, where they write, on its `go`. */
export interface StepSql {
  /** A select of the item that the step is about. */
  subject?: string
  /** Cases in which the turn is refused. */
  checks?: string
  /** A write. */
  write?: string
  /** A select of the item as it is then, where it does not come with the opening. */
  item?: string
}

type Place = (value: string | number | null) => string

export function stepSql(tables: Tables, step: TurnStep, place: Place): StepSql {
  const { items } = tables
  switch (step.kind) {
    case 'message':
      return {
        write: `update ${items} as item set data = item.data || '{"status": "completed"}'::jsonb
          from go where ${isPending(items, 'go')}`,
      }
    case 'tool_output': {
      const patch = { status: 'completed', output: step.output }
      return {
        subject: `select item.id, item.thread_id from ${items} as item, target
          where ${isPending(items, 'target')} order by item.seq desc limit 1`,
        checks: `when not exists (select from subject) then 'item_state_conflict'`,
        write: `update ${items} as item set data = item.data || ${place(toJson(patch, 'A tool’s output'))}::jsonb
          from go, subject where item.thread_id = go.id and item.id = subject.id
          returning item.data`,
        item: 'select data from stepped',
      }
    }
    case 'structured_input':
      return {
        subject: about(items, place(step.item.id)),
        checks: `${isMissing}
          when exists (select from subject where type <> 'structured_input' or data->>'status' <> 'pending')
            then 'item_state_conflict'`,
        write: `update ${items} as item set data = ${place(toJson(step.item, `Item "${step.item.id}"`))}::jsonb
          from go, subject where item.thread_id = go.id and item.id = subject.id`,
      }
    case 'retry':
      return {
        subject: about(items, place(step.itemId)),
        item: 'select data from subject',
        checks: `${isMissing}
          when exists (select from subject where type <> 'user_message') then 'item_state_conflict'`,
        write: `update ${items} as item set superseded_by = $6
          from go, subject
          where item.thread_id = go.id and item.seq > subject.seq and item.superseded_by is null`,
      }
    case 'action':
      if (step.itemId === undefined) return {}
      return {
        subject: about(items, place(step.itemId)),
        item: 'select data from subject',
        checks: `${isMissing}
          when exists (select from subject where type <> 'widget') then 'item_state_conflict'`,
      }
  }
}

const about = (items: string, id: string): string =>
  `select item.id, item.seq, item.type, item.data from ${items} as item, target
    where item.thread_id = target.id and item.id = ${id} and item.superseded_by is null`

const isMissing = `when not exists (select from subject) then 'item_not_found'`

// A message of the user has closed the calls before it: only those behind the last one can be pending.
const isPending = (items: string, thread: string): string => `item.thread_id = ${thread}.id
  and item.type = 'client_tool_call' and item.data->>'status' = 'pending'
  and item.visible and item.superseded_by is null
  and item.seq > coalesce((
    select asked.seq from ${items} as asked
    where asked.thread_id = ${thread}.id and asked.type = 'user_message' and asked.superseded_by is null
    order by asked.seq desc limit 1
  ), 0)`
