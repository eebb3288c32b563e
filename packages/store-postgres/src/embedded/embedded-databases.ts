/** Embedded databases, each with the schemas that were used since it was opened. */
const opened = new WeakMap<object, Set<string>>()

export function markEmbedded(db: object): void {
  opened.set(db, new Set())
}

/** Whether the database is one that no other process can have open. */
export const isEmbedded = (db: object): boolean => opened.has(db)

/** True once for each schema of an embedded database: what is under way in it then is of a process that is gone. */
export function isFirstUse(db: object, schema: string): boolean {
  const schemas = opened.get(db)
  if (!schemas || schemas.has(schema)) return false
  schemas.add(schema)
  return true
}
