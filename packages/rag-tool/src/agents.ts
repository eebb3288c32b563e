import { tool, type FunctionTool } from '@openai/agents'
import { defineSearchTool, type SearchToolDefinition, type SearchToolOptions } from './search-tool.ts'

export type { SearchToolOptions } from './search-tool.ts'

export type SearchTool = FunctionTool<unknown, SearchToolDefinition['parameters'], string>

/** The search as a tool of the Agents SDK. An error of the database ends the run: it is not shown to the model. */
export function createSearchTool(options: SearchToolOptions): SearchTool {
  const { name, description, parameters, execute } = defineSearchTool(options)
  return tool({
    name,
    description,
    parameters,
    strict: true,
    errorFunction: null,
    execute: (input) => execute(readQuery(input)),
  })
}

// Strict schemas hold for OpenAI's models; another one may send anything.
function readQuery(input: unknown): { query: string } {
  if (typeof input === 'object' && input !== null && 'query' in input && typeof input.query === 'string')
    return { query: input.query }
  return { query: '' }
}
