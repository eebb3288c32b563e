import { CompiledQuery } from 'kysely'
import type { Database } from './database.ts'

/** A statement whose rows have the shape `Row`. */
export interface Statement<Row> extends CompiledQuery<Row> {
  /** Never there: it lets the type checker tell statements of different rows apart. */
  readonly row?: Row
}

/**
 * A statement as it goes to the server, with `$1` … for its values. Statements give text only, so that no driver's
 * parsers stand between.
 */
export function statement<Row = never>(sql: string, values: (string | number | null)[] = []): Statement<Row> {
  return CompiledQuery.raw(sql, values)
}

export async function run<Row>(db: Pick<Database, 'executeQuery'>, toRun: Statement<Row>): Promise<Row[]> {
  return (await db.executeQuery<Row>(toRun)).rows
}
