import { measureChunking } from './measure-chunking.ts'
import { measureFilters } from './measure-filters.ts'
import { measureOracle } from './measure-oracle.ts'
import { measureXquad } from './measure-xquad.ts'
import { openVectorDatabase } from './open-vector-database.ts'
import { printTable, type Row } from './print-table.ts'

/** How well a search finds what is known to be right; every row of the table beside its target. */
export async function ragQuality(): Promise<Record<string, number>> {
  const database = await openVectorDatabase()
  const { db, version } = database
  console.log(`Node ${process.version}; PostgreSQL ${version} with pgvector on this machine, as it comes.`)
  try {
    const rows: Row[] = []
    for (const measure of [measureXquad, measureChunking, measureOracle, measureFilters])
      rows.push(...(await measure(db)))
    printTable(rows)
    return Object.fromEntries(rows.map(({ figure, value }) => [figure, value]))
  } finally {
    await database.close()
  }
}
