import { listFolder, loadFolder } from '../documents/load-folder.ts'
import type { IngestReport } from '../index/ingest.ts'
import { UsageError, type Command } from './command.ts'
import { printable } from './printable.ts'
import { showProgress } from './show-progress.ts'

export const ingestCommand: Command = {
  usage: 'ingest FOLDER',
  summary: 'takes in the new and changed documents of a folder: .md .markdown .html .htm .txt .pdf',
  options: { prune: { type: 'boolean' }, 'base-url': { type: 'string' } },
  help: [
    '--prune           remove documents of the collection that are not in the folder',
    '--base-url URL    where readers find the files; the path of each is put behind it',
  ],
  positionals: 1,
  async run(call) {
    const [folder = ''] = call.positionals
    const ids = await listFolder(folder)
    const baseUrl = call.values['base-url']
    const url = typeof baseUrl === 'string' ? urlBelow(baseUrl) : undefined
    const prune = call.values.prune === true
    if (prune && ids.length === 0)
      throw new UsageError(
        'there are no documents in this folder, and --prune would remove all of the collection',
      )
    const knowledge = await call.openKnowledge()
    const progress = showProgress(call, ids.length)
    let report: IngestReport
    try {
      report = await knowledge.ingest(loadFolder(folder, url && { url }), {
        prune,
        signal: call.signal,
        onProgress: progress.tell,
      })
    } finally {
      progress.end()
    }
    call.stdout.write(`${call.json ? JSON.stringify(report) : summaryOf(report)}\n`)
    return report.failed.length > 0 ? 3 : 0
  },
}

function urlBelow(base: string): (path: string) => string {
  const folder = base.endsWith('/') ? base : `${base}/`
  return (path) => folder + path.split('/').map(encodeURIComponent).join('/')
}

function summaryOf({ added, updated, unchanged, removed, failed, takenAsText }: IngestReport): string {
  return [
    ...takenAsText.map(({ id, message }) => printable(`${id} was taken as plain text: ${message}`)),
    ...failed.map(({ id, message }) => printable(`${id} failed: ${message}`)),
    `${added} added, ${updated} updated, ${unchanged} unchanged, ${removed} removed, ${failed.length} failed`,
  ].join('\n')
}
