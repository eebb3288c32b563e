import { evaluate } from '../eval/evaluate.ts'
import { readQuestionSet } from '../eval/read-question-set.ts'
import { UsageError, type Command } from './command.ts'
import { readSearchSettings, SEARCH_SETTINGS, SEARCH_SETTINGS_HELP } from './search-settings.ts'

const KNOWN_FORMS =
  'FILE is .json in the form of SQuAD and XQuAD, .csv in that of chunking-evaluation, or a folder with corpus.jsonl, ' +
  'queries.jsonl and qrels.tsv'

export const evalCommand: Command = {
  usage: 'eval --questions FILE',
  summary: 'measures how well questions with known answers are answered; ends on one line of JSON',
  options: {
    ...SEARCH_SETTINGS,
    questions: { type: 'string' },
    documents: { type: 'string' },
  },
  help: [
    `--questions FILE    ${KNOWN_FORMS}`,
    '--documents FOLDER  the documents of a .csv',
    ...SEARCH_SETTINGS_HELP,
    'The documents go into a collection of their own in a schema that is made for it and dropped afterwards.',
  ],
  positionals: 0,
  async run(call) {
    const { questions, documents } = call.values
    if (typeof questions !== 'string') throw new UsageError(`--questions is missing: ${KNOWN_FORMS}`)
    const { limit, ...settings } = readSearchSettings(call)
    const set = await readQuestionSet(questions, typeof documents === 'string' ? documents : undefined)
    const knowledge = await call.openScratch()
    const { failed } = await knowledge.ingest(set.documents, { signal: call.signal })
    if (failed.length > 0)
      throw new Error(`${failed.length} documents could not be taken: ${failed[0]?.message}`)
    const { chunks } = await knowledge.stats()
    const result = await evaluate(knowledge, set, limit, { ...settings, signal: call.signal })
    const figures = {
      ndcg_at_10: round(result.ndcgAt10),
      recall: round(result.recall),
      precision: round(result.precision),
    }
    if (!call.json)
      call.stdout.write(
        `${result.questions} questions, ${set.documents.length} documents, ${chunks} chunks\n` +
          `nDCG@10 ${figures.ndcg_at_10}, recall@${limit} ${figures.recall}, precision@${limit} ${figures.precision}\n`,
      )
    const told = { questions: result.questions, documents: set.documents.length, chunks, limit, ...figures }
    call.stdout.write(`${JSON.stringify(told)}\n`)
    return 0
  },
}

const round = (value: number): number => Number(value.toFixed(4))
