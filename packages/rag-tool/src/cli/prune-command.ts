import { listFolder } from '../documents/load-folder.ts'
import { UsageError, type Command } from './command.ts'

export const pruneCommand: Command = {
  usage: 'prune FOLDER',
  summary: 'removes the documents of the collection that are not in the folder',
  options: {},
  help: [],
  positionals: 1,
  async run({ positionals: [folder = ''], openKnowledge, stdout, json }) {
    const ids = await listFolder(folder)
    if (ids.length === 0)
      throw new UsageError('there are no documents in this folder: all of the collection would be removed')
    const knowledge = await openKnowledge()
    const removed = await knowledge.prune(ids)
    stdout.write(`${json ? JSON.stringify({ removed }) : `${removed} removed`}\n`)
    return 0
  },
}
