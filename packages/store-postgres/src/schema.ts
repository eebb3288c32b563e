/** The tables of one schema, quoted, ready to stand in a statement. */
export interface Tables {
  schema: string
  threads: string
  items: string
  attachments: string
  feedback: string
  processes: string
  runs: string
  runEvents: string
  idempotencyKeys: string
  states: string
  migrations: string
}

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/

/**
 * Checks a schema's name, as it becomes part of every statement: 1 to 63 lower-case letters, digits and
 * underscores, no digit first. Throws a `TypeError` for any other.
 */
export function tablesOf(schema: string): Tables {
  if (!SCHEMA_NAME.test(schema)) {
    throw new TypeError(
      `Schema name ${JSON.stringify(schema)} is not allowed: use 1 to 63 lower-case letters, digits and underscores, no digit first.`,
    )
  }
  const quoted = `"${schema}"`
  return {
    schema: quoted,
    threads: `${quoted}.threads`,
    items: `${quoted}.items`,
    attachments: `${quoted}.attachments`,
    feedback: `${quoted}.feedback`,
    processes: `${quoted}.processes`,
    runs: `${quoted}.runs`,
    runEvents: `${quoted}.run_events`,
    idempotencyKeys: `${quoted}.idempotency_keys`,
    states: `${quoted}.states`,
    migrations: `${quoted}.migrations`,
  }
}
