import type { CompiledQuery } from 'kysely'

/** The part of a `Kysely` instance that is needed here; one of any schema type fits. */
export interface Database {
  executeQuery<Row>(query: CompiledQuery<Row>): Promise<{ rows: Row[] }>
  transaction(): {
    execute<T>(callback: (trx: Pick<Database, 'executeQuery'>) => Promise<T>): Promise<T>
  }
}
