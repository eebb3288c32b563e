// Breaks servers on purpose, over and over, and counts the promises that held.
import { startDurablePostgres } from './cluster/start-durable-postgres.ts'
import { faults } from './faults.ts'
import { ArgumentError, parseArguments } from './parse-arguments.ts'
import { playFault } from './play-fault.ts'

const LEASE_MS = 2_000

const USAGE = `npx pnpm@12.21.0 faults NAME [-n COUNT] [--seed SEED] [--defaults]

  -n COUNT     how many rounds; 20 where it is not said
  --seed SEED  with which random numbers; a broken promise is printed with the seed of its round
  --defaults   leases and limits as servers have them, instead of a second or two

${Object.entries(faults)
  .map(([name, { about }]) => `  ${name.padEnd(14)} ${about}`)
  .join('\n')}`

async function main(args: string[]): Promise<boolean> {
  const wish = parseArguments(args, Object.keys(faults))
  const fault = wish === 'help' ? undefined : faults[wish.name]
  if (wish === 'help' || fault === undefined) {
    console.log(USAGE)
    return true
  }
  const postgres = await startDurablePostgres()
  try {
    const say = (line: string): void => console.log(line)
    say(
      `PostgreSQL ${postgres.version}, fsync and synchronous_commit on; ${wish.count} rounds from seed ${wish.seed}; leases of ${wish.useDefaults ? 15_000 : LEASE_MS} ms`,
    )
    const { held, total } = await playFault({ ...wish, fault, postgres, leaseMs: LEASE_MS, say })
    say(`${held} of ${total} held`)
    return held === total
  } finally {
    await postgres.stop()
  }
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error
  console.error(`${error.message}\n\n${USAGE}`)
  process.exitCode = 1
}
