import { type MessageKey, sayIn, type TurnBase } from '@robolearn/chatkit-server-core'

/**
 * Everything that this package says to users in its own words, in English; `{name}` stands for a fact. The option
 * `messages` of `AgentChatKitServer` says some or all of it in other languages, beside core's `MESSAGES`.
 */
export const AGENT_MESSAGES = {
  action_unknown: 'This action is not known here.',
  answer_filtered: 'The answer ends here because a filter of the model’s provider stopped it.',
  answer_too_long: 'The answer ends here because it reached the longest that the model may write.',
  approval_approve: 'Approve',
  approval_approved: 'Approved. What comes of it is not known yet.',
  approval_done: 'Approved and carried out.',
  approval_expired: 'This can no longer be approved. Ask again if it is still wanted.',
  approval_invalid: 'This is not something that can be approved.',
  approval_question: 'Run {tool}?',
  approval_reject: 'Reject',
  approval_rejected: 'Rejected.',
  approval_settled: 'This was already decided.',
  approval_unknown:
    'This was approved and may have been carried out: the outcome is unknown. It is not done a second time.',
  guardrail_tripped: 'I cannot help with that.',
  handed_over: 'Handed over to {agent}',
  model_refused: "The model's API refused the request with status {status}.",
  no_answer: 'The model gave no answer. Please try again.',
  too_many_steps: 'This took more steps than an answer may take. Please ask for less at once.',
  tool_failed: 'Failed',
} as const satisfies Record<string, string>

export type AgentMessageKey = keyof typeof AGENT_MESSAGES

/** The words of core and of this package, by BCP 47 tags: `{ de: { tool_failed: 'Misslungen' } }`. */
export type AgentMessageCatalogues = Readonly<
  Record<string, Readonly<Partial<Record<MessageKey | AgentMessageKey, string>>>>
>

/** Says a message in the language of a turn. */
export type SayMessage = (key: AgentMessageKey, facts?: Readonly<Record<string, string | number>>) => string

export const sayTo =
  (
    { locale }: Partial<Pick<TurnBase<unknown>, 'locale'>>,
    messages: AgentMessageCatalogues = {},
  ): SayMessage =>
  (key, facts = {}) =>
    sayIn(AGENT_MESSAGES, { key, facts }, { messages, locales: locale === undefined ? [] : [locale] })

export const sayInEnglish: SayMessage = sayTo({})
