import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { faults } from '../faults.ts'
import { readCaught } from '../sabotage/caught-table.ts'
import { namedFaults } from '../sabotage/named-tests.ts'

const SABOTAGE = join(import.meta.dirname, '../sabotage')

/** Each patch with each of the faults that it names. */
async function named(): Promise<string[]> {
  const pairs: string[] = []
  for (const name of ['core', 'store']) {
    for (const file of await readdir(join(SABOTAGE, name))) {
      const by = await namedFaults(join(SABOTAGE, name, file))
      pairs.push(...by.map((fault) => `${name}/${file.replace(/\.patch$/, '')} ${fault}`))
    }
  }
  return pairs.toSorted()
}

it('the table of sabotages has what every patch names, and each was noticed', async () => {
  const rows = await readCaught(join(SABOTAGE, 'caught-by-faults.md'))
  expect(rows.map(({ patch, by }) => `${patch} ${by}`).toSorted()).toEqual(await named())
  expect(rows.filter(({ failure }) => failure === undefined)).toEqual([])
})

it('patches name faults that there are', async () => {
  const known = new Set([...Object.keys(faults), 'property'])
  expect((await named()).filter((pair) => !known.has(pair.split(' ')[1] ?? ''))).toEqual([])
})
