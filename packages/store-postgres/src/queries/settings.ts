import { statement } from '../statement.ts'

/** Which settings are off without which a crash of the database loses what it has confirmed; null for none. */
export const unsafeSettings = statement<{ names: string | null }>(
  `select string_agg(name, ' and ' order by name) as names from pg_settings
  where name in ('fsync', 'synchronous_commit') and setting = 'off'`,
)
