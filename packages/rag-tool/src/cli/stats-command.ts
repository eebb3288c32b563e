import type { Command } from './command.ts'

export const statsCommand: Command = {
  usage: 'stats',
  summary: 'tells how much a collection holds',
  options: {},
  help: [],
  positionals: 0,
  async run(call) {
    const knowledge = await call.openKnowledge()
    const stats = await knowledge.stats()
    const { documents, chunks } = stats
    call.stdout.write(call.json ? `${JSON.stringify(stats)}\n` : `documents ${documents}, chunks ${chunks}\n`)
    return 0
  },
}
