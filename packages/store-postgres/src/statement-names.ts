/** More different statements than a store has; what comes behind them is planned each time. */
const MOST_NAMES = 500

/** Gives each statement a name under which a connection can prepare it; undefined where there are too many. */
export function statementNames(): (sql: string) => string | undefined {
  const names = new Map<string, string>()
  return (sql) => {
    const known = names.get(sql)
    if (known !== undefined || names.size >= MOST_NAMES) return known
    const name = `chatkit_${names.size}`
    names.set(sql, name)
    return name
  }
}
