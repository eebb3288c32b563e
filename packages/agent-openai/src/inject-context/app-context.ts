import type { CallModelInputFilter } from '@openai/agents'

/**
 * What the application knows by itself of who is asking, from the verified session: ids, roles, plans, flags.
 * It becomes part of the agent's instructions. Never put a text into it that a user or a page could choose, not
 * even a display name.
 */
export type AppContext = Record<string, string | number | boolean | undefined>

/**
 * Adds the facts to the instructions of each call of the model, for the agent and those it hands over to. A
 * filter and not a clone of the agent: a clone would lose its listeners, and hand-offs back to it would not
 * lead to the clone. Undefined when there is no fact.
 */
export function withAppContext<TContext>(facts: AppContext): CallModelInputFilter<TContext> | undefined {
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `- ${name}: ${JSON.stringify(value)}`)
  if (lines.length === 0) return undefined
  const text = `Facts about who is asking, given by the application:\n${lines.join('\n')}`
  return ({ modelData: { input, instructions } }) => ({
    input,
    instructions: instructions ? `${instructions}\n\n${text}` : text,
  })
}
