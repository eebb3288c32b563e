import type { Passage } from '../search/passage.ts'
import type { Filter } from '../search/filter.ts'
import { UsageError, type Command } from './command.ts'
import { printable } from './printable.ts'
import { readSearchSettings, SEARCH_SETTINGS, SEARCH_SETTINGS_HELP } from './search-settings.ts'

export const searchCommand: Command = {
  usage: 'search QUESTION',
  summary: 'prints the passages that fit a question best',
  options: {
    ...SEARCH_SETTINGS,
    filter: { type: 'string' },
    'visible-to': { type: 'string', multiple: true },
  },
  help: [
    ...SEARCH_SETTINGS_HELP,
    '--filter JSON       what the metadata of documents must be: \'{"module":"ros2"}\'',
    '--visible-to NAME   who asks; may be given several times. Default: nobody in particular',
  ],
  positionals: 1,
  async run(call) {
    const [question = ''] = call.positionals
    const settings = readSearchSettings(call)
    const filter = readFilter(call.values.filter)
    const names: unknown = call.values['visible-to']
    const visibleTo = Array.isArray(names) ? names.map(String) : []
    const knowledge = await call.openKnowledge()
    const found = await knowledge.search(question, {
      ...settings,
      visibleTo,
      signal: call.signal,
      ...(filter && { filter }),
    })
    if (call.json) for (const passage of found) call.stdout.write(`${JSON.stringify(passage)}\n`)
    else call.stdout.write(`${found.map(show).join('\n\n') || 'Nothing was found.'}\n`)
    return 0
  },
}

function readFilter(text: Parameters<Command['run']>[0]['values'][string]): Filter | undefined {
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text) as Filter
  } catch (error) {
    throw new UsageError('--filter is not JSON', { cause: error })
  }
}

function show({ documentId, headingPath, range, score, text, page }: Passage, index: number): string {
  const place = [documentId, ...(page ? [`page ${page.label ?? page.number}`] : []), ...headingPath].join(
    ' › ',
  )
  const lines = text.split('\n').map((line) => `   ${printable(line)}`)
  return [
    `${index + 1}. ${printable(place)} (${range.start}–${range.end}, ${score.toFixed(3)})`,
    ...lines,
  ].join('\n')
}
