import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import * as moves from './deeds/model-moves.ts'
import * as people from './deeds/people.ts'
import * as processes from './deeds/processes.ts'
import * as turns from './deeds/turns.ts'
import * as waiting from './deeds/waiting.ts'
import { memoryWorld } from './memory-world.ts'
import { emptyModel, type Policy } from './model.ts'
import { closeDatabase, openDatabase, postgresWorld, type SharedDatabase } from './postgres-world.ts'
import { Real } from './real.ts'
import type { World } from './world.ts'

const { PROPERTY_RUNS, PROPERTY_SEED, PROPERTY_PATH, PROPERTY_REPLAY, PROPERTY_SHRINK } = process.env
const TIME_LIMIT_MS = PROPERTY_RUNS ? 3_600_000 : 600_000

const inOneProcess = [
  turns.create,
  turns.sendMessage,
  turns.sendTwiceAtOnce,
  turns.sendRefused,
  turns.sendAgain,
  turns.retry,
  turns.giveToolOutput,
  turns.giveToolOutput,
  waiting.sendAndWait,
  waiting.takeBack,
  // Some of them twice: an answer takes many, and a thread only few of the rest.
  moves.beginMessage,
  moves.beginMessage,
  moves.say,
  moves.say,
  turns.sendMessage,
  moves.finishMessage,
  moves.sayInHalves,
  moves.sayHalf,
  moves.finishMessage,
  moves.replaceMessage,
  moves.replaceUnfinished,
  moves.removeItem,
  moves.hide,
  moves.beginWidget,
  moves.callTool,
  moves.nameThread,
  moves.markThread,
  moves.writeTooLate,
  moves.end,
  moves.fail,
  ...Object.values(people),
]
const inMany = [...inOneProcess, ...Object.values(processes)]

/** Runs lists of deeds, each on servers of its own, and prints the shortest that fails with how to repeat it. */
async function holds(
  deeds: typeof inOneProcess,
  open: (policy: Policy) => World | Promise<World>,
  { runs, longest }: { runs: number; longest: number },
): Promise<void> {
  const commands = fc.commands(deeds, {
    maxCommands: longest,
    size: 'max',
    ...(PROPERTY_REPLAY ? { replayPath: PROPERTY_REPLAY } : {}),
  })
  const policies = fc.constantFrom<Policy>('interrupt', 'reject', 'wait')
  const property = fc.asyncProperty(policies, commands, async (policy, chosen) => {
    const world = await open(policy)
    try {
      const setup = () => ({ model: emptyModel(policy, world.servers.length), real: new Real(world) })
      await fc.asyncModelRun(setup, chosen)
    } finally {
      await world.close()
    }
  })
  await fc.assert(property, {
    numRuns: Number(PROPERTY_RUNS ?? runs),
    // The same lists every time, so that a change is judged by what it changed; others where many are asked for.
    seed: Number(PROPERTY_SEED ?? (PROPERTY_RUNS ? Date.now() % 2 ** 31 : 1)),
    ...(PROPERTY_PATH ? { path: PROPERTY_PATH } : {}),
    // Who only wants to know whether it fails does not wait for the shortest list.
    endOnFailure: PROPERTY_SHRINK === 'no',
  })
}

describe('whatever people, models and processes do, in any order', () => {
  it(
    'threads are what they have to be, and readers see what is stored: in memory',
    () => holds(inOneProcess, memoryWorld, { runs: 60, longest: 200 }),
    TIME_LIMIT_MS,
  )

  describe('on PostgreSQL', () => {
    const name = `property_${randomBytes(8).toString('hex')}`
    const onServer = async (sql: string): Promise<void> => {
      const client = new Client(inject('databaseUrl'))
      await client.connect()
      await client.query(sql)
      await client.end()
    }
    let database: SharedDatabase
    beforeAll(async () => {
      await onServer(`create database ${name}`)
      const url = new URL(inject('databaseUrl'))
      url.pathname = `/${name}`
      database = await openDatabase(url.href)
    }, TIME_LIMIT_MS)
    afterAll(async () => {
      await closeDatabase(database)
      await onServer(`drop database ${name}`)
    }, TIME_LIMIT_MS)

    it(
      'the same holds with two servers, of which any may die',
      () => holds(inMany, (policy) => postgresWorld(database, policy), { runs: 6, longest: 200 }),
      TIME_LIMIT_MS,
    )
  })
})
